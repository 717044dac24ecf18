import type { Child } from "hono/jsx"

/** Instead of an empty table: what there is none of, and what to do next. */
export function EmptyState({ title, children }: { title: string; children?: Child }) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  )
}
