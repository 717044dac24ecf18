import type { Child } from "hono/jsx"
import type { View } from "../page.ts"
import { Icon } from "./icon.tsx"
import { withoutPlace } from "./places.ts"

export interface Column<Row> {
  readonly label: Child
  /** What the row shows in this column. */
  readonly cell: (row: Row) => Child
  /** Aligned at the end, with digits of one width. */
  readonly numeric?: boolean
  /** Names the row: its cell is a heading of the row. Usually the first. */
  readonly heading?: boolean
  /** Makes the heading a link that sorts by this key, in the parameter `sort`: `name`, or `-name` for largest first. */
  readonly sort?: string
  /** Long texts, which take a line of their own on a phone. */
  readonly wide?: boolean
  /** Where the label isn't text, or must not stand beside the cell on a phone: what stands there. `""`: nothing. */
  readonly phoneLabel?: string
}

/**
 * A list of things. On a phone each row is a card. `rowId` makes rows recognizable, so that they keep their place, focus and
 * selection when the page refreshes.
 */
export function Table<Row>(properties: {
  view: View
  /** What the list is of; for screen readers. */
  caption: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  rowId: (row: Row) => string
  /** The page that the headings lead to, with the same query. */
  path?: string
  /** Leads to the row's own page: for the keys `j`, `k` and Enter. Its first cell should be the link. */
  rowHref?: (row: Row) => string | undefined
  /** Keeps its columns on a phone: for few and narrow ones. */
  keepColumns?: boolean
}) {
  const { view, caption, columns, rows, rowId, path, rowHref, keepColumns = false } = properties
  return (
    <div class="table-box">
      <table class={keepColumns ? "table keep" : "table"}>
        <caption class="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <HeadCell view={view} path={path} column={column} />
            ))}
          </tr>
        </thead>
        <tbody data-rows>
          {rows.map((row) => (
            <tr id={`row-${rowId(row)}`} {...hrefOf(rowHref?.(row))}>
              {columns.map((column) => (
                <BodyCell column={column} row={row} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function hrefOf(href: string | undefined) {
  return href === undefined ? {} : { "data-href": href }
}

function HeadCell<Row>({
  view,
  path,
  column,
}: {
  view: View
  path: string | undefined
  column: Column<Row>
}) {
  const { label, numeric, sort } = column
  const className = numeric ? "numeric" : undefined
  if (sort === undefined || path === undefined) {
    return (
      <th scope="col" class={className}>
        {label}
      </th>
    )
  }
  const sorted = view.query.get("sort")
  const direction = sorted === sort ? "ascending" : sorted === `-${sort}` ? "descending" : undefined
  const query = withoutPlace(view.query)
  // numbers are usually looked at for the largest
  const first = numeric ? `-${sort}` : sort
  const other = numeric ? sort : `-${sort}`
  return (
    <th scope="col" class={className} {...(direction && { "aria-sort": direction })}>
      <a class="sort" href={view.href(path, { ...query, sort: sorted === first ? other : first })}>
        {label}
        {direction && <Icon name={direction === "ascending" ? "up" : "down"} size={12} />}
      </a>
    </th>
  )
}

function BodyCell<Row>({ column, row }: { column: Column<Row>; row: Row }) {
  const { label, numeric, wide, heading, phoneLabel = typeof label === "string" ? label : "", cell } = column
  const attributes = {
    class: numeric ? "numeric" : wide ? "wide" : undefined,
    "data-label": heading ? "" : phoneLabel,
  }
  return heading ? (
    <th scope="row" {...attributes}>
      {cell(row)}
    </th>
  ) : (
    <td {...attributes}>{cell(row)}</td>
  )
}
