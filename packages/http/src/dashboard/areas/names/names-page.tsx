import type { NameSummary, Pause, SeriesList } from "@sluice/core"
import { EmptyState } from "../../components/empty-state.tsx"
import { Count, Duration } from "../../components/numbers.tsx"
import { PageHeader } from "../../components/page-header.tsx"
import { PauseBadge } from "../../components/pause-form.tsx"
import { RangeTabs, rangeOf } from "../../components/range.tsx"
import { Sparkline } from "../../components/sparkline.tsx"
import { type Column, Table } from "../../components/table.tsx"
import { Time } from "../../components/time.tsx"
import { fill } from "../../languages/text.ts"
import type { Page, View } from "../../page.ts"
import { nameHref } from "./name-href.ts"

const PATH = "/names"
/** More rows than anybody reads. */
const MOST_ROWS = 500

interface Row extends NameSummary {
  readonly trend: readonly number[]
  readonly pause: Pause | undefined
}

export const namesPage: Page = {
  path: PATH,
  async render(view) {
    const { sluice, text, query } = view
    const range = rangeOf(view, "24h")
    const [summaries, series, pauses] = await Promise.all([
      sluice.listNames({ since: range.since }),
      sluice.listSeries({ since: range.since, by: "name" }),
      sluice.listPauses(),
    ])
    const wanted = (query.get("q") ?? "").toLowerCase()
    const rows = summaries
      .filter(({ name }) => name.toLowerCase().includes(wanted))
      .map((summary) => withTrend(summary, series, pauses))
      .sort(orderOf(query.get("sort")))
      .slice(0, MOST_ROWS)
    const body = (
      <>
        <PageHeader title={text.names.title} lead={text.names.lead} />
        <RangeTabs view={view} path={PATH} current={range.key} />
        <form class="inline" method="get" action={view.href(PATH)}>
          <input type="hidden" name="range" value={range.key} />
          <input
            name="q"
            type="search"
            value={query.get("q") ?? ""}
            aria-label={text.names.search}
            placeholder={text.names.search}
          />
          <button class="button" type="submit">
            {text.shell.apply}
          </button>
        </form>
        {rows.length === 0 ? (
          <EmptyState title={wanted === "" ? text.names.none : text.names.noneFound}>
            <p>{text.names.noneHint}</p>
            <a href={view.href("/drainers")}>{text.navigation.drainers}</a>
          </EmptyState>
        ) : (
          <Table
            view={view}
            caption={text.names.list}
            columns={columnsOf(view)}
            rows={rows}
            rowId={({ name }) => name}
            rowHref={({ name }) => nameHref(view, name, { range: range.key })}
            path={PATH}
          />
        )}
      </>
    )
    return { title: text.names.title, body }
  },
}

function withTrend(summary: NameSummary, { series }: SeriesList, pauses: readonly Pause[]): Row {
  return {
    ...summary,
    trend: series.find(({ of }) => of === summary.name)?.executions ?? [],
    pause: pauses.find(({ kind, target }) => kind === "name" && target === summary.name),
  }
}

/** By the keys of the columns. Without one: the busiest first. */
const SORTED: Readonly<Record<string, (row: Row) => number | string>> = {
  name: ({ name }) => name,
  executions: ({ executions }) => executions,
  failures: ({ failureRate }) => failureRate ?? -1,
  median: ({ runMs }) => runMs.p50 ?? -1,
  slow: ({ runMs }) => runMs.p95 ?? -1,
  wait: ({ waitMs }) => waitMs.p95 ?? -1,
  cost: ({ gbSeconds }) => gbSeconds,
  last: ({ lastAt }) => lastAt.getTime(),
}

function orderOf(sort: string | null): (a: Row, b: Row) => number {
  const [, minus, key = ""] = /^(-?)(\w+)$/.exec(sort ?? "") ?? []
  const [keyOf, sign] = Object.hasOwn(SORTED, key)
    ? [SORTED[key] as (row: Row) => number | string, minus === "-" ? -1 : 1]
    : [SORTED.executions as (row: Row) => number, -1]
  return (a, b) => sign * compare(keyOf(a), keyOf(b)) || compare(a.name, b.name)
}

function compare(a: number | string, b: number | string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function columnsOf(view: View): Column<Row>[] {
  const { names } = view.text
  const { format } = view
  return [
    {
      label: names.name,
      heading: true,
      sort: "name",
      cell: ({ name, pause }) => (
        <>
          <a href={nameHref(view, name, { range: view.query.get("range") ?? undefined })}>{name}</a>
          {pause && (
            <>
              {" "}
              <PauseBadge view={view} until={pause.until} />
            </>
          )}
        </>
      ),
    },
    {
      label: names.trend,
      cell: ({ name, trend }) => <Sparkline values={trend} label={fill(names.trendOf, { name })} small />,
    },
    {
      label: names.executions,
      numeric: true,
      sort: "executions",
      cell: ({ executions }) => <Count view={view} value={executions} />,
    },
    {
      label: names.failureRate,
      numeric: true,
      sort: "failures",
      cell: ({ failureRate }) => (failureRate === null ? "–" : format.percent(failureRate)),
    },
    {
      label: names.runMedian,
      numeric: true,
      sort: "median",
      cell: ({ runMs }) => <Duration view={view} ms={runMs.p50} />,
    },
    {
      label: names.runSlow,
      numeric: true,
      sort: "slow",
      cell: ({ runMs }) => <Duration view={view} ms={runMs.p95} />,
    },
    {
      label: names.waitSlow,
      numeric: true,
      sort: "wait",
      cell: ({ waitMs }) => <Duration view={view} ms={waitMs.p95} />,
    },
    {
      label: names.cost,
      numeric: true,
      sort: "cost",
      cell: ({ gbSeconds }) => (gbSeconds === 0 ? "–" : format.number(gbSeconds)),
    },
    { label: names.lastAt, sort: "last", cell: ({ lastAt }) => <Time view={view} at={lastAt} /> },
  ]
}
