import type { SnapshotStore } from "@sluice/core"
import { raw } from "hono/html"
import { ActionButton } from "../../components/action-form.tsx"
import { EmptyState } from "../../components/empty-state.tsx"
import { Notice } from "../../components/notice.tsx"
import { ButtonLink, PageHeader, Panel } from "../../components/page-header.tsx"
import { type RangeKey, RangeTabs, rangeOf } from "../../components/range.tsx"
import { Time } from "../../components/time.tsx"
import { fill } from "../../languages/text.ts"
import type { Page, View } from "../../page.ts"
import { Verdict } from "../health/verdict.tsx"
import { Ages } from "./ages.tsx"
import { Charts } from "./charts.tsx"
import { Counts } from "./counts.tsx"
import { type OverviewData, readShared, USUAL_RANGE } from "./data.ts"
import { NewestErrors, Pauses, Ticks } from "./lists.tsx"
import { Queues } from "./queues.tsx"
import { SHOW_NOW_PATH } from "./show-now.tsx"
import { readSnapshot } from "./snapshot.ts"

export const overviewPage: Page = {
  path: "/",
  async render(view) {
    const { title } = view.text.overview
    const body =
      view.snapshots === undefined ? await Live({ view }) : await AsOf({ view, store: view.snapshots })
    return { title, body, isLive: true }
  },
}

async function Live({ view }: { view: View }) {
  const range = rangeOf(view, USUAL_RANGE)
  const data = await readShared(view.sluice, range.ms)
  return (
    <>
      <PageHeader title={view.text.overview.title} />
      <RangeTabs view={view} path="/" current={range.key} />
      <Body view={view} data={data} range={range.key} />
    </>
  )
}

/** Of a database that may sleep: what was kept, and a button that wakes it. */
async function AsOf({ view, store }: { view: View; store: SnapshotStore }) {
  const { overview } = view.text
  const kept = await Kept({ view, store })
  const button = <ActionButton view={view} path={SHOW_NOW_PATH} label={overview.showNow} kind="primary" />
  if (kept === undefined) {
    return (
      <>
        <PageHeader title={overview.title} />
        <EmptyState title={overview.unknownYet}>
          <p>{overview.unknownHint}</p>
          {button}
        </EmptyState>
      </>
    )
  }
  return (
    <>
      <PageHeader title={overview.title}>{button}</PageHeader>
      {kept}
    </>
  )
}

/**
 * Undefined if nothing was kept, or what can't be shown, as when another version has kept it: the button of the page replaces it. It is
 * written out here, because only then one knows.
 */
async function Kept({ view, store }: { view: View; store: SnapshotStore }) {
  const data = await readSnapshot(store)
  if (data === undefined) return undefined
  try {
    const shown = (
      <>
        <Notice>
          {fill(view.text.overview.asOf, { time: view.format.exact(data.overview.at) })}{" "}
          <span class="muted">
            <Time view={view} at={data.overview.at} />
          </span>
        </Notice>
        <Body view={view} data={data} range={USUAL_RANGE} />
      </>
    )
    return raw(await shown.toString())
  } catch (error) {
    view.sluice.log.warn("What was kept for the overview can't be shown", { error })
    return undefined
  }
}

function Body({ view, data, range }: { view: View; data: OverviewData; range: RangeKey }) {
  const { overview } = view.text
  const { health } = data
  return (
    <>
      <Panel
        title={view.text.health.verdict}
        id="verdict"
        actions={<ButtonLink href={view.href("/health")}>{overview.healthDetails}</ButtonLink>}
      >
        <Verdict view={view} health={health} />
      </Panel>
      {isEmpty(data) ? (
        <EmptyState title={overview.empty}>
          <p>{overview.emptyHint}</p>
          {view.may("operator") && (
            <ButtonLink href={view.href("/jobs/new")}>{view.text.queues.enqueue}</ButtonLink>
          )}
        </EmptyState>
      ) : (
        <>
          <Counts view={view} data={data} range={range} />
          <Charts view={view} data={data} />
          <Queues view={view} data={data} />
        </>
      )}
      <div class="grid loose">
        <div class="stack">
          <NewestErrors view={view} data={data} />
          {!isEmpty(data) && <Ages view={view} data={data} />}
        </div>
        <div class="stack">
          <Pauses view={view} data={data} />
          <Ticks view={view} data={data} />
        </div>
      </div>
    </>
  )
}

function isEmpty({ overview, throughput }: OverviewData): boolean {
  return throughput.total.executions === 0 && Object.values(overview.counts).every((count) => count === 0)
}
