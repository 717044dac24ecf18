import type { Child } from "hono/jsx"
import { fill } from "../languages/text.ts"
import type { View } from "../page.ts"
import { ActionForm } from "./action-form.tsx"

/**
 * The body of a page that asks before it acts, with the number of what would change. A link to such a page with the attribute
 * `data-dialog` opens it as a dialog, where there is a script.
 */
export function Confirm(properties: {
  view: View
  title: string
  /** The action's path. */
  path: string
  /** Sent with the confirmation. */
  fields?: Readonly<Record<string, string>>
  /** How many jobs it would change; left out where it isn't about jobs. */
  count?: number
  /** Whether counting stopped at a limit. */
  capped?: boolean
  label: string
  danger?: boolean
  /** Where "Cancel" leads. */
  back: string
  /** In place of "Cancel", where that could be meant to cancel jobs. */
  backLabel?: string
  /** More fields, or what else to know. */
  children?: Child
}) {
  const {
    view,
    title,
    path,
    fields = {},
    count,
    capped = false,
    label,
    danger,
    back,
    backLabel,
    children,
  } = properties
  const { shell } = view.text
  return (
    <section class="panel confirm" data-dialog-content>
      <h1>{title}</h1>
      {count !== undefined && <p>{affected(view, count, capped)}</p>}
      <ActionForm view={view} path={path} class="form">
        {Object.entries(fields).map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        {children}
        <div class="row">
          <button
            type="submit"
            class={danger ? "button danger primary" : "button primary"}
            disabled={count === 0}
          >
            {label}
          </button>
          <a class="button" href={back} data-dialog-close>
            {backLabel ?? shell.cancel}
          </a>
        </div>
      </ActionForm>
    </section>
  )
}

function affected({ text, format }: View, count: number, capped: boolean): string {
  if (count === 0) return text.shell.affectedNone
  if (capped) return fill(text.shell.affectedAtLeast, { count: format.number(count) })
  return format.counted(text.shell.affected, count)
}
