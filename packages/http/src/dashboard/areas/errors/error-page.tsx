import type { ErrorDetails, Failure } from "@sluice/core"
import { Chart } from "../../components/chart.tsx"
import { EmptyState } from "../../components/empty-state.tsx"
import { Notice } from "../../components/notice.tsx"
import { Count, Duration } from "../../components/numbers.tsx"
import { ButtonLink, Facts, PageHeader, Panel } from "../../components/page-header.tsx"
import { Pagination } from "../../components/pagination.tsx"
import { RangeTabs, rangeOf } from "../../components/range.tsx"
import { type Column, Table } from "../../components/table.tsx"
import { Time } from "../../components/time.tsx"
import { fill } from "../../languages/text.ts"
import type { Page, View } from "../../page.ts"
import { nameHref } from "../names/name-href.ts"
import { ErrorClass, rangeQuery, shownText } from "./error-text.tsx"

export const FINGERPRINT = ":fingerprint{[0-9a-z]{1,32}}"

export const errorPage: Page = {
  path: `/errors/${FINGERPRINT}`,
  async render(view, { fingerprint = "" }) {
    const { sluice, text, query } = view
    const path = `/errors/${fingerprint}`
    const { key, since } = rangeOf(view, "24h")
    const after = query.get("after")
    const [error, { failures, next }] = await Promise.all([
      sluice.getError(fingerprint, { since }),
      sluice.listFailures(fingerprint, { since, limit: 25, ...(after && { after }) }),
    ])
    const tabs = <RangeTabs view={view} path={path} current={key} />
    if (error === undefined) {
      const body = (
        <>
          <PageHeader title={text.errors.error} back={backOf(view)} />
          {tabs}
          <EmptyState title={text.errors.none}>
            <p>{text.errors.notFound}</p>
          </EmptyState>
        </>
      )
      return { title: text.errors.error, body }
    }
    const body = (
      <>
        <PageHeader
          title={<span dir="auto">{shownText(view, error.pattern, error.names) || error.class}</span>}
          lead={<ErrorClass error={error} />}
          back={backOf(view)}
        >
          {error.discarded > 0 && view.may("operator") && (
            <ButtonLink kind="primary" href={view.href(`${path}/retry`, rangeQuery(view))}>
              {text.errors.retry}
            </ButtonLink>
          )}
        </PageHeader>
        {tabs}
        <GroupFacts view={view} error={error} />
        <Trend view={view} error={error} />
        <Stack view={view} error={error} />
        <Panel title={text.errors.failed} id="failed">
          <Table
            view={view}
            caption={text.errors.failed}
            columns={columnsOf(view)}
            rows={failures}
            rowId={({ jobId, attempt, at }) => `${jobId}-${attempt}-${at.getTime()}`}
            rowHref={({ jobId }) => view.href(`/jobs/${jobId}`)}
          />
          <Pagination view={view} path={path} next={next} />
        </Panel>
      </>
    )
    return { title: error.class, body }
  },
}

function backOf(view: View) {
  return { href: view.href("/errors", rangeQuery(view)), label: view.text.navigation.errors }
}

function GroupFacts({ view, error }: { view: View; error: ErrorDetails }) {
  const { errors } = view.text
  return (
    <div class="panel">
      <Facts
        facts={[
          [
            errors.message,
            <span class="error-message" dir="auto">
              {shownText(view, error.message, error.names)}
            </span>,
          ],
          [errors.place, error.place === null ? errors.anywhere : <code>{error.place}</code>],
          [errors.failures, <Count view={view} value={error.failures} capped={error.isCapped} />],
          [errors.discarded, <Count view={view} value={error.discarded} />],
          [errors.firstAt, <Time view={view} at={error.firstAt} />],
          [errors.lastAt, <Time view={view} at={error.lastAt} />],
          [
            errors.names,
            <ul class="plain">
              {error.names.map(({ name, failures }) => (
                <li>
                  <a href={nameHref(view, name)}>{name}</a>{" "}
                  <span class="pill">{view.format.number(failures)}</span>
                </li>
              ))}
            </ul>,
          ],
        ]}
      />
    </div>
  )
}

function Trend({ view, error }: { view: View; error: ErrorDetails }) {
  const { since, stepMs, trend, trendFrom } = error
  const { errors } = view.text
  return (
    <Panel title={errors.trend} id="trend">
      <Chart
        view={view}
        id="trend-chart"
        title={errors.trend}
        kind="bars"
        at={trend.map((_, step) => new Date(since.getTime() + step * stepMs))}
        series={[{ label: errors.failures, values: trend, color: 2 }]}
      />
      {trendFrom > since && (
        <p class="muted">{fill(errors.trendSince, { time: view.format.exact(trendFrom) })}</p>
      )}
    </Panel>
  )
}

function Stack({ view, error }: { view: View; error: ErrorDetails }) {
  const { errors } = view.text
  return (
    <Panel title={errors.stack} id="stack">
      {error.stack === null ? (
        <Notice>{errors.noStack}</Notice>
      ) : (
        // biome-ignore lint/a11y/useSemanticElements: it scrolls, so it must be reachable and have a name
        <pre class="text" tabindex={0} role="group" aria-labelledby="stack-title">
          {shownText(view, error.stack, error.names)}
        </pre>
      )}
    </Panel>
  )
}

function columnsOf(view: View): Column<Failure>[] {
  const { errors } = view.text
  return [
    {
      label: errors.job,
      heading: true,
      cell: ({ jobId }) => (
        <a class="number" href={view.href(`/jobs/${jobId}`)}>
          {jobId}
        </a>
      ),
    },
    { label: errors.jobName, cell: ({ name }) => name },
    { label: errors.attempt, numeric: true, cell: ({ attempt }) => view.format.number(attempt) },
    { label: errors.outcome, cell: ({ outcome }) => <span class="pill">{errors.outcomes[outcome]}</span> },
    { label: errors.at, cell: ({ at }) => <Time view={view} at={at} /> },
    { label: errors.ran, numeric: true, cell: ({ durationMs }) => <Duration view={view} ms={durationMs} /> },
    { label: errors.drainer, cell: ({ drainer }) => drainer && <code class="muted">{drainer}</code> },
  ]
}
