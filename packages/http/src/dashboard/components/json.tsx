import type { Child } from "hono/jsx"
import type { View } from "../page.ts"
import { Hidden } from "../redact.ts"
import { Icon } from "./icon.tsx"

/** Larger values are shown as indented text, which renders in a fraction of the time of a tree that folds. */
const MOST_NODES = 2_000
const MOST_LEVELS = 50
/** Deeper levels start folded. */
const OPEN_LEVELS = 2
/** Text beyond this length is cut in the tree. What is copied is whole. */
const LONGEST_TEXT = 20_000

/**
 * A value as JSON whose objects and lists fold, with a button that copies it. Pass what `view.redact` returns: hidden values
 * are shown as marks.
 */
export function Json(properties: { view: View; value: unknown; label: string; open?: boolean }) {
  const { view, value, label, open = true } = properties
  const text = JSON.stringify(value, null, 2) ?? "null"
  const isSmall = isFoldable(value)
  return (
    <details class="json" open={open}>
      <summary>
        <Icon name="next" size={12} />
        <span class="title">{label}</span>
        <span class="muted number">{view.format.bytes(Buffer.byteLength(text))}</span>
      </summary>
      <div class="copyable" data-copy-label={view.text.shell.copy} data-copied-label={view.text.shell.copied}>
        <section class="scrolling" tabindex={0} aria-label={label}>
          {isSmall ? (
            <div class="tree">
              <Value view={view} value={value} depth={0} prefix={null} suffix="" />
            </div>
          ) : (
            <pre>{text}</pre>
          )}
        </section>
        {isSmall && <template data-copy={text} />}
      </div>
    </details>
  )
}

interface Part {
  readonly view: View
  readonly value: unknown
  readonly depth: number
  /** The key before it. */
  readonly prefix: Child
  /** The comma behind it. */
  readonly suffix: string
}

function Value({ view, value, depth, prefix, suffix }: Part): Child {
  if (typeof value !== "object" || value === null || value instanceof Hidden) {
    return (
      <div class="leaf">
        {prefix}
        <Scalar view={view} value={value} />
        {suffix}
      </div>
    )
  }
  const isList = Array.isArray(value)
  const entries = Object.entries(value)
  const [opening, closing] = isList ? ["[", "]"] : ["{", "}"]
  if (entries.length === 0) {
    return (
      <div class="leaf">
        {prefix}
        {opening + closing + suffix}
      </div>
    )
  }
  return (
    <details open={depth < OPEN_LEVELS}>
      <summary>
        {prefix}
        {opening} <span class="muted">{view.format.number(entries.length)}</span>
      </summary>
      <div>
        {entries.map(([key, each], index) => (
          <Value
            view={view}
            value={each}
            depth={depth + 1}
            prefix={isList ? null : <Key name={key} />}
            suffix={index < entries.length - 1 ? "," : ""}
          />
        ))}
      </div>
      {closing + suffix}
    </details>
  )
}

function Key({ name }: { name: string }) {
  return (
    <>
      <span class="key">{JSON.stringify(name)}</span>
      {": "}
    </>
  )
}

function Scalar({ view, value }: { view: View; value: unknown }) {
  if (value instanceof Hidden) return <span class="redacted">{view.text.shell.redacted}</span>
  const text = JSON.stringify(value) ?? "null"
  const shown = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text
  return <span class={typeof value === "string" ? "string" : "scalar"}>{shown}</span>
}

/** Whether a tree of it renders quickly. */
function isFoldable(value: unknown): boolean {
  const left = [{ value, depth: 0 }]
  for (let count = 0; left.length > 0; count += 1) {
    const one = left.pop() as (typeof left)[number]
    if (count > MOST_NODES || one.depth > MOST_LEVELS) return false
    if (typeof one.value !== "object" || one.value === null) continue
    for (const each of Object.values(one.value)) left.push({ value: each, depth: one.depth + 1 })
    if (left.length > MOST_NODES) return false
  }
  return true
}
