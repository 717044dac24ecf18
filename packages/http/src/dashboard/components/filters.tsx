import type { Child } from "hono/jsx"
import { fill } from "../languages/text.ts"
import type { View } from "../page.ts"
import { RemoveLink } from "./page-header.tsx"
import { withoutPlace } from "./places.ts"

export interface SetFilter {
  /** The parameter of the address. */
  readonly parameter: string
  readonly label: string
  readonly value: string
}

/** The filters of a list as badges, each with a link that removes it; `children` are the form that adds one. */
export function Filters(properties: {
  view: View
  path: string
  filters: readonly SetFilter[]
  children?: Child
}) {
  const { view, path, filters, children } = properties
  const query = withoutPlace(view.query)
  return (
    <section class="filters" aria-label={view.text.shell.filters}>
      {filters.map(({ parameter, label, value }) => (
        <span class="filter">
          <span>{`${label}: ${value}`}</span>
          <RemoveLink
            href={view.href(path, { ...query, [parameter]: undefined })}
            label={fill(view.text.shell.removeFilter, { filter: `${label}: ${value}` })}
          />
        </span>
      ))}
      {filters.length > 1 && (
        <a
          href={view.href(path, {
            ...query,
            ...Object.fromEntries(filters.map(({ parameter }) => [parameter, undefined])),
          })}
        >
          {view.text.shell.clearFilters}
        </a>
      )}
      {children}
    </section>
  )
}
