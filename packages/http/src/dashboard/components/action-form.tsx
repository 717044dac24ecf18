import type { Child } from "hono/jsx"
import type { View } from "../page.ts"

/** A form that posts to an action, with the token that proves its session. */
export function ActionForm(properties: {
  view: View
  path: string
  children?: Child
  class?: string
  id?: string
}) {
  const { view, path, children, class: className, id } = properties
  return (
    <form method="post" action={view.href(path)} class={className} id={id}>
      <input type="hidden" name="csrf" value={view.csrfToken} />
      {children}
    </form>
  )
}

/** One button that acts. `fields` are sent with it. */
export function ActionButton(properties: {
  view: View
  path: string
  label: Child
  fields?: Readonly<Record<string, string>>
  kind?: "primary" | "danger"
  small?: boolean
}) {
  const { view, path, label, fields = {}, kind, small } = properties
  return (
    <ActionForm view={view} path={path} class="inline">
      {Object.entries(fields).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <button type="submit" class={["button", kind, small && "small"].filter(Boolean).join(" ")}>
        {label}
      </button>
    </ActionForm>
  )
}
