import type { ErrorGroup } from "@sluice/core"
import { EmptyState } from "../../components/empty-state.tsx"
import { Filters, type SetFilter } from "../../components/filters.tsx"
import { Notice } from "../../components/notice.tsx"
import { Count } from "../../components/numbers.tsx"
import { PageHeader } from "../../components/page-header.tsx"
import { RangeTabs, rangeOf } from "../../components/range.tsx"
import { type Column, Table } from "../../components/table.tsx"
import { Time } from "../../components/time.tsx"
import type { Page, View } from "../../page.ts"
import { nameHref } from "../names/name-href.ts"
import { ErrorClass, rangeQuery, shownText } from "./error-text.tsx"

const PATH = "/errors"

export const errorsPage: Page = {
  path: PATH,
  async render(view) {
    const { text, query } = view
    const range = rangeOf(view, "24h")
    const order = query.get("sort") === "-failures" ? "most" : "newest"
    const name = query.get("name") || undefined
    const { groups, isWhole } = await view.sluice.listErrors({
      since: range.since,
      order,
      ...(name !== undefined && { name }),
    })
    const filters: SetFilter[] =
      name === undefined ? [] : [{ parameter: "name", label: text.errors.jobName, value: name }]
    const body = (
      <>
        <PageHeader title={text.errors.title} lead={text.errors.lead} />
        <RangeTabs view={view} path={PATH} current={range.key} />
        <Filters view={view} path={PATH} filters={filters}>
          {name === undefined && <NameFilter view={view} groups={groups} />}
        </Filters>
        {!isWhole && <Notice kind="warning">{text.errors.notWhole}</Notice>}
        {groups.length === 0 ? (
          <EmptyState title={text.errors.none}>
            <p>{text.errors.noneHint}</p>
            <a href={view.href("/jobs")}>{text.navigation.jobs}</a>
          </EmptyState>
        ) : (
          <Table
            view={view}
            caption={text.errors.list}
            columns={columnsOf(view)}
            rows={groups}
            rowId={({ fingerprint }) => fingerprint}
            rowHref={(group) => groupHref(view, group)}
            path={PATH}
          />
        )}
      </>
    )
    return { title: text.errors.title, body }
  },
}

function NameFilter({ view, groups }: { view: View; groups: readonly ErrorGroup[] }) {
  const { text, query } = view
  const names = [...new Set(groups.flatMap(({ names }) => names.map(({ name }) => name)))].sort()
  return (
    <form class="inline" method="get" action={view.href(PATH)}>
      {["range", "sort"].map((parameter) => {
        const value = query.get(parameter)
        return value === null ? null : <input type="hidden" name={parameter} value={value} />
      })}
      <input
        name="name"
        type="search"
        list="error-names"
        aria-label={text.errors.jobName}
        placeholder={text.errors.jobName}
      />
      <datalist id="error-names">
        {names.map((name) => (
          <option value={name} />
        ))}
      </datalist>
      <button class="button" type="submit">
        {text.shell.apply}
      </button>
    </form>
  )
}

function groupHref(view: View, { fingerprint }: ErrorGroup): string {
  return view.href(`/errors/${fingerprint}`, rangeQuery(view))
}

function columnsOf(view: View): Column<ErrorGroup>[] {
  const { errors } = view.text
  return [
    {
      label: errors.error,
      heading: true,
      cell: (group) => (
        <div class="error-cell">
          <ErrorClass error={group} />
          <a href={groupHref(view, group)} dir="auto">
            {shownText(view, group.pattern, group.names) || group.class}
          </a>
          {group.place !== null && <code class="muted">{group.place}</code>}
        </div>
      ),
    },
    {
      label: errors.failures,
      numeric: true,
      sort: "failures",
      cell: ({ failures, isCapped }) => <Count view={view} value={failures} capped={isCapped} />,
    },
    {
      label: errors.discarded,
      numeric: true,
      cell: ({ discarded }) => <Count view={view} value={discarded} />,
    },
    { label: errors.names, cell: ({ names }) => <Names view={view} names={names} /> },
    { label: errors.firstAt, cell: ({ firstAt }) => <Time view={view} at={firstAt} /> },
    { label: errors.lastAt, cell: ({ lastAt }) => <Time view={view} at={lastAt} /> },
  ]
}

const FEW = 3

function Names({ view, names }: { view: View; names: ErrorGroup["names"] }) {
  const more = names.length - FEW
  return (
    <ul class="plain">
      {names.slice(0, FEW).map(({ name }) => (
        <li>
          <a href={nameHref(view, name)}>{name}</a>
        </li>
      ))}
      {more > 0 && <li class="muted">{view.format.counted(view.text.shell.more, more)}</li>}
    </ul>
  )
}
