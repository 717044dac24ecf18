import type { BatchSnapshot, WorkflowSnapshot } from "@sluice/core"
import { EmptyState } from "../../components/empty-state.tsx"
import { Json } from "../../components/json.tsx"
import { ButtonLink, Facts, PageHeader, Panel, Stat } from "../../components/page-header.tsx"
import { Time } from "../../components/time.tsx"
import { fill } from "../../languages/text.ts"
import type { Page, View } from "../../page.ts"
import { batchPath } from "./batch-path.ts"
import { BatchProgress, PartKey } from "./batch-progress.tsx"
import { BatchState } from "./batch-state.tsx"
import { Batches } from "./batches-page.tsx"
import { WorkflowGraph } from "./workflow-graph.tsx"
import { WorkflowSteps } from "./workflow-steps.tsx"

export const batchPage: Page = {
  path: "/batches/:id{[1-9][0-9]{0,17}}",
  async render(view, { id = "" }) {
    const { sluice, text } = view
    const [batch, flow, inner] = await Promise.all([
      sluice.getBatch(id),
      sluice.getWorkflow(id),
      sluice.listBatches({ parent: id, limit: 50 }),
    ])
    const back = { href: view.href("/batches"), label: text.batches.title }
    const title = `${text.batches.batch} ${id}`
    if (!batch)
      return {
        title,
        status: 404,
        body: (
          <>
            <PageHeader title={title} back={back} />
            <EmptyState title={fill(text.batches.notFound, { id })} />
          </>
        ),
      }
    return {
      title: flow ? flow.name : title,
      body: (
        <>
          <PageHeader
            title={flow ? flow.name : title}
            back={back}
            badge={<BatchState view={view} state={batch.state} />}
          >
            <ButtonLink href={view.href("/jobs", { batch: id })}>{text.batches.jobs}</ButtonLink>
            {view.may("operator") && <Actions view={view} batch={batch} />}
          </PageHeader>
          {batch.callbackError !== null && (
            <div class="notice warning" role="status">
              <div>{fill(text.batches.callbackError, { error: batch.callbackError })}</div>
            </div>
          )}
          <Progress view={view} batch={batch} />
          <Counts view={view} batch={batch} />
          {flow && <WorkflowParts view={view} flow={flow} />}
          <Details view={view} batch={batch} />
          {inner.batches.length > 0 && (
            <section class="stack">
              <h2>{text.batches.inner}</h2>
              <Batches view={view} batches={inner.batches} />
            </section>
          )}
        </>
      ),
    }
  },
}

function Actions({ view, batch }: { view: View; batch: BatchSnapshot }) {
  const text = view.text.batches
  const path = batchPath(batch.id)
  return (
    <>
      {batch.discarded + batch.canceled > 0 && (
        <a class="button" href={view.href(`${path}/retry`)} data-dialog>
          {text.retry}
        </a>
      )}
      {batch.pending > 0 && (
        <a class="button danger" href={view.href(`${path}/cancel`)} data-dialog>
          {text.cancel}
        </a>
      )}
    </>
  )
}

/** How far it has come, as a picture, and when it may be done at its pace so far. */
function Progress({ view, batch }: { view: View; batch: BatchSnapshot }) {
  const { text, format, now } = view
  const { total, pending, createdAt } = batch
  const ended = total - pending
  const elapsedMs = now.getTime() - createdAt.getTime()
  const isPaced = pending > 0 && ended >= FEWEST_TO_JUDGE && elapsedMs > 0
  const restMs = (pending / ended) * elapsedMs
  return (
    <div class="batch-overall">
      <BatchProgress view={view} batch={batch} />
      {isPaced && (
        <p class="muted">
          {fill(text.batches.pace, {
            perMinute: format.number(Math.max(1, Math.round((ended / elapsedMs) * 60_000))),
            rest: format.duration(restMs),
          })}
        </p>
      )}
    </div>
  )
}

/** Of fewer jobs that have ended, a pace says nothing. */
const FEWEST_TO_JUDGE = 20

function Counts({ view, batch }: { view: View; batch: BatchSnapshot }) {
  const text = view.text.batches
  const jobsIn = (state: string) => view.href("/jobs", { batch: batch.id, state })
  return (
    <div class="stats">
      <Stat label={text.pending} value={view.format.number(batch.pending)} />
      {(["succeeded", "discarded", "canceled"] as const).map((state) => (
        <Stat
          label={
            <span class="row">
              <PartKey part={state} />
              {text[state]}
            </span>
          }
          href={jobsIn(state)}
          value={view.format.number(batch[state])}
          {...(batch.total > 0 && { hint: view.format.percent(batch[state] / batch.total) })}
        />
      ))}
    </div>
  )
}

function WorkflowParts({ view, flow }: { view: View; flow: WorkflowSnapshot }) {
  const text = view.text.batches
  return (
    <>
      <Panel id="graph" title={text.graph}>
        <WorkflowGraph view={view} flow={flow} />
      </Panel>
      <section class="stack" id="steps">
        <h2>{text.steps}</h2>
        <WorkflowSteps view={view} flow={flow} />
      </section>
    </>
  )
}

function Details({ view, batch }: { view: View; batch: BatchSnapshot }) {
  const text = view.text.batches
  const { createdAt, finishedAt, parent, properties } = batch
  const callbacks = Object.entries(batch.callbacks)
  return (
    <div class="grid">
      <Panel id="details" title={text.batch}>
        <Facts
          facts={[
            [text.created, <Time view={view} at={createdAt} />],
            [text.finished, finishedAt ? <Time view={view} at={finishedAt} /> : undefined],
            [
              text.took,
              finishedAt ? view.format.duration(finishedAt.getTime() - createdAt.getTime()) : undefined,
            ],
            [text.parent, parent === null ? undefined : <a href={view.href(batchPath(parent))}>{parent}</a>],
            [
              text.callbacks,
              callbacks.length === 0 ? text.noCallbacks : <Callbacks view={view} callbacks={callbacks} />,
            ],
          ]}
        />
      </Panel>
      {Object.keys(properties).length > 0 && (
        <Json
          view={view}
          label={text.properties}
          value={view.redact(properties, { kind: "metadata", jobName: callbacks[0]?.[1] ?? "" })}
        />
      )}
    </div>
  )
}

function Callbacks({ view, callbacks }: { view: View; callbacks: readonly [string, string][] }) {
  return (
    <ul class="links">
      {callbacks.map(([event, name]) => (
        <li>
          <code>{event}</code> <a href={view.href(`/names/${encodeURIComponent(name)}`)}>{name}</a>
        </li>
      ))}
    </ul>
  )
}
