import type { View } from "../page.ts"

/** Leads to the next page of a list, with the same query. */
export function Pagination({ view, path, next }: { view: View; path: string; next: string | undefined }) {
  if (next === undefined) return null
  const query = { ...Object.fromEntries(view.query), after: next }
  return (
    <a rel="next" class="next" href={view.href(path, query)}>
      →
    </a>
  )
}
