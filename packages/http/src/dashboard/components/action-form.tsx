import type { Child } from "hono/jsx"
import type { View } from "../page.ts"

/** A form that posts to an action, with the token that proves its session. */
export function ActionForm(properties: { view: View; path: string; children?: Child; class?: string }) {
  const { view, path, children } = properties
  return (
    <form method="post" action={view.href(path)} class={properties.class}>
      <input type="hidden" name="csrf" value={view.csrfToken} />
      {children}
    </form>
  )
}
