import type { View } from "../page.ts"
import { Icon } from "./icon.tsx"
import { type Place, placesAround, withoutPlace } from "./places.ts"

/** Leads to the next, the previous and the first page of a list. */
export function Pagination(properties: {
  view: View
  path: string
  /** Passed as `after`. */
  next: string | undefined
  /** The address of a place in the list. Default: the path, with the same query otherwise. */
  hrefOf?: (place: Place) => string
}) {
  const { view, path, next: nextAfter } = properties
  const { hrefOf = (place) => view.href(path, { ...withoutPlace(view.query), ...place }) } = properties
  const { first, previous, next } = placesAround(view.query, nextAfter)
  if (!first && !previous && !next) return null
  const { shell } = view.text
  return (
    <nav class="pagination" aria-label={shell.pages}>
      {first && (
        <a class="button" href={hrefOf(first)}>
          {shell.firstPage}
        </a>
      )}
      {previous && (
        <a rel="prev" class="button previous" href={hrefOf(previous)}>
          <Icon name="previous" class="flip" />
          {shell.previous}
        </a>
      )}
      {next && (
        <a rel="next" class="button next" href={hrefOf(next)}>
          {shell.next}
          <Icon name="next" class="flip" />
        </a>
      )}
    </nav>
  )
}
