import type { Child } from "hono/jsx"
import { Icon } from "./icon.tsx"

/** Instead of an empty table: what there is none of, and as `children` what to do next. */
export function EmptyState({ title, children }: { title: string; children?: Child }) {
  return (
    <div class="empty">
      <Icon name="empty" size={40} />
      <h2>{title}</h2>
      {children}
    </div>
  )
}
