import type { Duration, PauseOptions } from "@sluice/core"
import { fill } from "../languages/text.ts"
import type { View } from "../page.ts"
import { ActionForm } from "./action-form.tsx"
import { Icon } from "./icon.tsx"
import { Time } from "./time.tsx"

const MINUTE_MS = 60_000
const LENGTHS = [
  ["15m", 15 * MINUTE_MS],
  ["1h", 60 * MINUTE_MS],
  ["4h", 240 * MINUTE_MS],
  ["1d", 1_440 * MINUTE_MS],
  ["7d", 10_080 * MINUTE_MS],
] as const

/**
 * Pauses something with an end or without, or resumes it.
 *
 * @param pausePath The action that pauses. The form sends `for`: see `pauseOf`.
 * @param target Is sent as `target`, if the paths don't say what is meant.
 */
export function PauseForm(properties: {
  view: View
  paused: boolean
  pausePath: string
  resumePath: string
  target?: string
}) {
  const { view, paused, pausePath, resumePath, target } = properties
  const text = view.text.pauses
  const hidden = target === undefined ? null : <input type="hidden" name="target" value={target} />
  if (paused)
    return (
      <ActionForm view={view} path={resumePath} class="inline">
        {hidden}
        <button type="submit" class="button primary">
          {text.resume}
        </button>
      </ActionForm>
    )
  return (
    <ActionForm view={view} path={pausePath} class="inline">
      {hidden}
      <select name="for" aria-label={text.for}>
        <option value="">{text.forever}</option>
        {LENGTHS.map(([value, ms]) => (
          <option value={value}>{view.format.duration(ms)}</option>
        ))}
      </select>
      <button type="submit" class="button">
        {text.pause}
      </button>
    </ActionForm>
  )
}

/** The options of a pause that the form asks for. */
export function pauseOf(form: URLSearchParams): PauseOptions {
  const length = form.get("for") ?? ""
  return length === "" ? {} : { for: length as Duration }
}

/** That something is paused, and when the pause ends by itself. */
export function PauseBadge({ view, until }: { view: View; until: Date | null }) {
  const { paused, ends } = view.text.pauses
  const [before, after] = fill(ends, {}).split("{time}")
  return (
    <span class="state state-waiting">
      <Icon name="waiting" size={12} />
      <span>
        {paused}
        {until && (
          <>
            {" "}
            ({before}
            <Time view={view} at={until} />
            {after})
          </>
        )}
      </span>
    </span>
  )
}
