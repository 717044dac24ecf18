import type { Deployment, SlowJob, Throughput } from "@sluice/core"
import { Chart, type Series } from "../../components/chart.tsx"
import { Duration } from "../../components/numbers.tsx"
import { ButtonLink, PageHeader, Panel, Stat } from "../../components/page-header.tsx"
import { PauseBadge, PauseForm } from "../../components/pause-form.tsx"
import { RangeTabs, rangeOf } from "../../components/range.tsx"
import { StateBadge } from "../../components/state-badge.tsx"
import { type Column, Table } from "../../components/table.tsx"
import { Time } from "../../components/time.tsx"
import { fill } from "../../languages/text.ts"
import type { Page, View } from "../../page.ts"
import { nameHref } from "./name-href.ts"
import { PAUSE_PATH, RESUME_PATH } from "./pause.ts"
import { Policies } from "./policies.tsx"

export const namePage: Page = {
  path: "/names/:name{[A-Za-z0-9._/:-]+}",
  async render(view, { name = "" }) {
    const { sluice, text } = view
    const range = rangeOf(view, "24h")
    const [throughput, deployments, slowest, pauses, [definition], schedules] = await Promise.all([
      sluice.getThroughput({ since: range.since, name }),
      sluice.listDeployments({ since: range.since }),
      sluice.listSlowest(name),
      sluice.listPauses(),
      sluice.listDefinitions({ name }),
      sluice.listSchedules({ name }),
    ])
    const pause = pauses.find(({ kind, target }) => kind === "name" && target === name)
    const body = (
      <>
        <PageHeader
          title={name}
          badge={pause && <PauseBadge view={view} until={pause.until} />}
          back={{ href: view.href("/names", { range: range.key }), label: text.navigation.names }}
        >
          <ButtonLink href={view.href("/jobs", { name })}>{text.names.jobs}</ButtonLink>
          <ButtonLink href={view.href("/errors", { name, range: range.key })}>{text.names.errors}</ButtonLink>
        </PageHeader>
        <RangeTabs
          view={view}
          path={new URL(nameHref(view, name), "http://dashboard").pathname}
          current={range.key}
        />
        <Totals view={view} throughput={throughput} />
        <Charts view={view} throughput={throughput} deployments={deployments} />
        <Panel title={text.names.slowest} id="slowest">
          {slowest.length === 0 ? (
            <p class="muted">{text.names.slowestNone}</p>
          ) : (
            <Table
              view={view}
              caption={text.names.slowest}
              columns={columnsOf(view)}
              rows={slowest}
              rowId={({ jobId }) => jobId}
              rowHref={({ jobId }) => view.href(`/jobs/${jobId}`)}
            />
          )}
        </Panel>
        <Policies view={view} name={name} definition={definition} schedules={schedules} />
        {view.may("operator") && (
          <Panel title={text.names.pause} id="pause">
            <p class="muted">{text.names.pauseHint}</p>
            <PauseForm
              view={view}
              paused={pause !== undefined}
              pausePath={PAUSE_PATH}
              resumePath={RESUME_PATH}
              target={name}
            />
          </Panel>
        )}
      </>
    )
    return { title: name, body }
  },
}

function Totals({ view, throughput: { total } }: { view: View; throughput: Throughput }) {
  const { names } = view.text
  const { format } = view
  return (
    <div class="stats">
      <Stat label={names.executions} value={format.number(total.executions)} />
      <Stat
        label={names.failureRate}
        value={total.failureRate === null ? "–" : format.percent(total.failureRate)}
      />
      <Stat
        label={`${names.run} ${names.p50}`}
        value={<Duration view={view} ms={total.runMs.p50} />}
        hint={<Further view={view} of={total.runMs} />}
      />
      <Stat
        label={`${names.wait} ${names.p50}`}
        value={<Duration view={view} ms={total.waitMs.p50} />}
        hint={<Further view={view} of={total.waitMs} />}
      />
      <Stat
        label={names.cost}
        value={total.gbSeconds === 0 ? "–" : format.number(total.gbSeconds)}
        hint={names.costHint}
      />
    </div>
  )
}

function Further({ view, of }: { view: View; of: Throughput["total"]["runMs"] }) {
  const { names } = view.text
  return (
    <>
      {names.p95} <Duration view={view} ms={of.p95} />, {names.p99} <Duration view={view} ms={of.p99} />
    </>
  )
}

function Charts(properties: { view: View; throughput: Throughput; deployments: readonly Deployment[] }) {
  const { view, throughput, deployments } = properties
  const { names, overview } = view.text
  const { points } = throughput
  const at = points.map((point) => point.at)
  const marks = deployments.map((deployment) => ({
    at: deployment.at,
    label: fill(overview.deployed, { version: deployment.version }),
  }))
  const counts: Series[] = [
    { label: names.succeeded, values: points.map(({ succeeded }) => succeeded) },
    {
      label: names.failed,
      values: points.map(({ retried, discarded, interrupted }) => retried + discarded + interrupted),
    },
  ]
  return (
    <>
      <Panel title={names.executionsChart} id="executions">
        <Chart
          view={view}
          id="executions-chart"
          title={names.executionsChart}
          at={at}
          series={counts}
          marks={marks}
        />
      </Panel>
      <div class="grid">
        {(["runMs", "waitMs"] as const).map((measure) => {
          const title = measure === "runMs" ? names.runChart : names.waitChart
          const series = (["p50", "p95", "p99"] as const).map((percentile) => ({
            label: names[percentile],
            values: points.map((point) => point[measure][percentile]),
          }))
          return (
            <Panel title={title} id={measure}>
              <Chart
                view={view}
                id={`${measure}-chart`}
                title={title}
                at={at}
                series={series}
                unit="ms"
                kind="lines"
                marks={marks}
              />
            </Panel>
          )
        })}
      </div>
    </>
  )
}

function columnsOf(view: View): Column<SlowJob>[] {
  const { names } = view.text
  return [
    {
      label: names.job,
      heading: true,
      cell: ({ jobId }) => (
        <a class="number" href={view.href(`/jobs/${jobId}`)}>
          {jobId}
        </a>
      ),
    },
    { label: names.took, numeric: true, cell: ({ durationMs }) => <Duration view={view} ms={durationMs} /> },
    { label: names.state, cell: ({ state }) => <StateBadge view={view} state={state} /> },
    { label: names.attempts, numeric: true, cell: ({ attempts }) => view.format.number(attempts) },
    {
      label: names.queue,
      cell: ({ queue }) => <a href={view.href(`/queues/${encodeURIComponent(queue)}`)}>{queue}</a>,
    },
    { label: names.finishedAt, cell: ({ finishedAt }) => <Time view={view} at={finishedAt} /> },
  ]
}
