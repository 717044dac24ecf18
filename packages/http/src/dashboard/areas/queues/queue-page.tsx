import type { DefinitionSnapshot, DrainerSnapshot, QueueSnapshot, Throughput } from "@sluice/core"
import { EmptyState } from "../../components/empty-state.tsx"
import { Duration } from "../../components/numbers.tsx"
import { ButtonLink, Facts, PageHeader, Panel, Stat } from "../../components/page-header.tsx"
import { PauseBadge, PauseForm } from "../../components/pause-form.tsx"
import { fill } from "../../languages/text.ts"
import type { Page, View } from "../../page.ts"
import { drainerPath } from "../drainers/drainer-path.ts"
import { DrainerState } from "../drainers/drainer-state.tsx"
import { since } from "../parts/counts.ts"
import { LimitForm } from "../parts/limit-form.tsx"
import { estimated } from "./estimated.ts"
import { queuePath } from "./queue-path.ts"

/** How many drainers are shown; the list of drainers has all of them. */
const MOST_DRAINERS = 20

export const queuePage: Page = {
  path: "/queues/:name{.+}",
  async render(view, { name = "" }) {
    const { sluice, text, href } = view
    const [[queue], { drainers }, definitions, throughput] = await Promise.all([
      sluice.sampleQueues({ name }),
      sluice.listDrainers({ limit: 1_000 }),
      sluice.listDefinitions({ queue: name }),
      sluice.getThroughput({ queue: name }),
    ])
    const back = { href: href("/queues"), label: text.queues.title }
    if (!queue)
      return {
        title: name,
        status: 404,
        body: (
          <>
            <PageHeader title={name} back={back} />
            <EmptyState title={fill(text.queues.notFound, { name })} />
          </>
        ),
      }
    const goHere = definitions.filter(({ droppedAt }) => !droppedAt)
    return {
      title: name,
      body: (
        <>
          <PageHeader
            title={name}
            back={back}
            badge={queue.paused && <PauseBadge view={view} until={queue.pausedUntil} />}
          >
            <ButtonLink href={href("/jobs", { queue: name })}>{text.queues.jobs}</ButtonLink>
          </PageHeader>
          <Counts view={view} queue={queue} />
          <div class="grid">
            <LastHour view={view} throughput={throughput} />
            <Served
              view={view}
              drainers={drainers.filter((drainer) => serves(drainer, name))}
              definitions={goHere}
            />
          </div>
          {view.may("operator") && <Settings view={view} queue={queue} />}
        </>
      ),
    }
  },
}

function Counts({ view, queue }: { view: View; queue: QueueSnapshot }) {
  const text = view.text.queues
  const { name, oldestReadyAt, running, waitingLimit } = queue
  const jobsIn = (state: string) => view.href("/jobs", { queue: name, state })
  return (
    <>
      <div class="stats">
        {(["ready", "scheduled", "blocked"] as const).map((state) => (
          <Stat label={text[state]} href={jobsIn(state)} value={estimated(view, queue, state)} />
        ))}
        <Stat label={text.running} href={jobsIn("running")} value={view.format.number(running)} />
        <Stat label={text.oldest} value={oldestReadyAt ? since(view, oldestReadyAt) : "–"} />
        <Stat
          label={text.limit}
          value={waitingLimit === null ? text.noLimit : view.format.number(waitingLimit)}
        />
      </div>
      {queue.isEstimate && <p class="muted">{text.estimates}</p>}
    </>
  )
}

function LastHour({ view, throughput: { total } }: { view: View; throughput: Throughput }) {
  const text = view.text.queues
  return (
    <Panel id="performance" title={text.performance}>
      {total.executions === 0 ? (
        <p class="muted">{text.none}</p>
      ) : (
        <Facts
          facts={[
            [text.performed, view.format.counted(text.executions, total.executions)],
            [text.failureRate, view.format.percent(total.failureRate ?? 0)],
            [text.wait, <Duration view={view} ms={total.waitMs.p95} />],
            [text.run, <Duration view={view} ms={total.runMs.p95} />],
          ]}
        />
      )}
    </Panel>
  )
}

function Served(properties: {
  view: View
  drainers: readonly DrainerSnapshot[]
  definitions: readonly DefinitionSnapshot[]
}) {
  const { view, drainers, definitions } = properties
  const text = view.text.queues
  return (
    <Panel id="served" title={text.served}>
      {drainers.length === 0 ? (
        <p class="muted">{text.nobody}</p>
      ) : (
        <ul class="links">
          {drainers.slice(0, MOST_DRAINERS).map(({ id, label, state }) => (
            <li class="row">
              <a class="ltr" href={view.href(drainerPath(id))}>
                {label}
              </a>
              <DrainerState view={view} state={state} />
            </li>
          ))}
          {drainers.length > MOST_DRAINERS && (
            <li>
              <a href={view.href("/drainers")}>
                {view.format.counted(view.text.shell.more, drainers.length - MOST_DRAINERS)}
              </a>
            </li>
          )}
        </ul>
      )}
      {definitions.length > 0 && (
        <>
          <h3>{text.definitions}</h3>
          <ul class="links">
            {definitions.map(({ name }) => (
              <li>
                <a href={view.href(`/names/${encodeURIComponent(name)}`)}>{name}</a>
              </li>
            ))}
          </ul>
        </>
      )}
    </Panel>
  )
}

/** Whether a drainer that lives takes jobs of the queue. */
function serves({ state, queues, except }: DrainerSnapshot, queue: string): boolean {
  if (state === "died") return false
  return queues ? queues.includes(queue) : !except?.includes(queue)
}

function Settings({ view, queue }: { view: View; queue: QueueSnapshot }) {
  const text = view.text.queues
  const path = queuePath(queue.name)
  return (
    <Panel id="settings" title={text.settings}>
      <div class="setting">
        <PauseForm
          view={view}
          paused={queue.paused}
          pausePath={`${path}/pause`}
          resumePath={`${path}/resume`}
        />
        <p class="muted">{text.pauseHint}</p>
      </div>
      <LimitForm view={view} path={`${path}/limit`} label={text.limitLabel} limit={queue.waitingLimit} />
    </Panel>
  )
}
