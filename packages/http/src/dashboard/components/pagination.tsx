import type { View } from "../page.ts"
import { Icon } from "./icon.tsx"

/** Leads to the next and the previous page of a list, with the same query otherwise. */
export function Pagination(properties: {
  view: View
  path: string
  /** Passed as `after`. */
  next: string | undefined
  /** Passed as `before`, in lists that can be read backwards. */
  previous?: string | undefined
}) {
  const { view, path, next, previous } = properties
  const { after, before: _, ...query } = Object.fromEntries(view.query)
  const isFirst = after === undefined && previous === undefined
  if (next === undefined && isFirst) return null
  const { text } = view
  return (
    <nav class="pagination" aria-label={text.shell.pages}>
      {!isFirst && (
        <a
          rel="prev"
          class="button previous"
          href={view.href(path, previous === undefined ? query : { ...query, before: previous })}
        >
          <Icon name="previous" class="flip" />
          {previous === undefined ? text.shell.firstPage : text.shell.previous}
        </a>
      )}
      {next !== undefined && (
        <a rel="next" class="button next" href={view.href(path, { ...query, after: next })}>
          {text.shell.next}
          <Icon name="next" class="flip" />
        </a>
      )}
    </nav>
  )
}
