import type { BatchOptions } from "@sluice/core"
import { type Part, pick, type RandomContext, violated } from "./random-part.ts"

export const POLICIES = ["fail", "continue", "wait"] as const

type Policy = (typeof POLICIES)[number]

/** How the world enqueues jobs. */
interface JobMaker<Given> {
  toJob(given: Given): { readonly name: string; readonly payload: unknown; readonly options: object }
  note(given: Given, stored: { readonly id: string; readonly status: string }): void
  /** Whether it may be refused, or be a job that is there already. */
  mayNotBeStored(given: Given): boolean
  /** What a batch is stored with, and that it was. */
  callbacks(isFull: boolean): BatchOptions
  noteBatch(id: string): void
}

export type WorkflowAction<Given> =
  | {
      readonly do: "enqueueWorkflow"
      /** Each runs after some of those before it. */
      readonly steps: readonly {
        readonly job: Given
        readonly after: readonly number[]
        readonly policy: Policy
      }[]
    }
  | {
      readonly do: "enqueueAfter"
      readonly job: Given
      readonly after: readonly number[]
      readonly policy: Policy
    }

/** A job that runs after others, and how these have ended by now. */
interface Child {
  readonly id: string
  /** Null: it has ended. */
  readonly state: string | null
  readonly ended: string | null
  readonly reason: string | null
  readonly parents: readonly Parent[]
}

/** Lost: it was canceled because of a parent; canceled: by somebody. */
type Stage = "waits" | "released" | "ended" | "lost" | "canceled"

interface Parent {
  /** Null: it is in the queue. */
  readonly ended: string | null
  readonly policy: Policy
}

/** Workflows, and jobs after jobs: none may run before its parents have ended as it wants it, or wait once they have. */
export function createWorkflows<Given>(
  { database, sluice, stored }: RandomContext,
  { toJob, note, mayNotBeStored, callbacks, noteBatch }: JobMaker<Given>,
): Part & { act(action: WorkflowAction<Given>): Promise<void> } {
  /** Where each was after the last action. */
  let stages = new Map<string, Stage>()

  return {
    tables: ["dependencies", "due_dependents", "workflows"],
    begin() {
      stages = new Map()
    },
    act: (action) => (action.do === "enqueueAfter" ? enqueueAfter(action) : enqueueWorkflow(action)),
    check,
    /** Those that would wait for a retry for ever. */
    async beforeDrain() {
      const held = await database.rows(
        `select j.id::text from sluice.jobs j where j.state = 'waiting' and not exists (
           select from sluice.dependencies d join sluice.jobs p on p.id = d.parent_id where d.child_id = j.id)`,
      )
      for (const { id } of held) await sluice.cancelJob(id)
    },
    async checkEnd() {},
  }

  async function enqueueWorkflow({
    steps: given,
  }: Extract<WorkflowAction<Given>, { do: "enqueueWorkflow" }>): Promise<void> {
    const steps = given.filter(({ job }) => !mayNotBeStored(job))
    if (steps.length === 0) return
    const flow = {
      name: "random",
      steps: steps.map(({ job, after, policy }, place) => {
        const { name, payload, options } = toJob(job)
        const parents = place === 0 ? [] : [...new Set(after.map((parent) => `step-${parent % place}`))]
        return {
          step: `step-${place}`,
          name,
          payload,
          options: { ...options, after: parents, onParentFailure: policy },
        }
      }),
    }
    const { id, jobs } = await sluice.enqueueWorkflow(flow, callbacks(false))
    for (const [place, { job }] of steps.entries())
      note(job, { id: jobs[`step-${place}`] as string, status: "enqueued" })
    noteBatch(id)
  }

  async function enqueueAfter({
    job,
    after,
    policy,
  }: Extract<WorkflowAction<Given>, { do: "enqueueAfter" }>): Promise<void> {
    if (mayNotBeStored(job)) return
    const { name, payload, options } = toJob(job)
    const parents = new Set(after.flatMap((place) => pick([...stored], place) ?? []))
    note(
      job,
      await sluice.enqueue(name, payload, { ...options, after: [...parents], onParentFailure: policy }),
    )
  }

  async function check(): Promise<void> {
    const children: Child[] = await database.rows(
      `select d.child_id::text as id, j.state, f.state as ended, f.reason,
              json_agg(json_build_object('policy', d.on_failure, 'ended', past.state) order by d.parent_id) as parents
       from sluice.dependencies d left join sluice.jobs j on j.id = d.child_id left join sluice.finished f on f.id = d.child_id
       left join sluice.jobs p on p.id = d.parent_id left join sluice.finished past on past.id = d.parent_id
       group by d.child_id, j.state, f.state, f.reason`,
    )
    for (const child of children) checkStep(child)
    stages = new Map(children.map((child) => [child.id, stageOf(child)]))
    const adrift = await database.rows("select a::text as id from sluice.dependents_adrift() a")
    for (const { id } of adrift)
      violated("waits end", `job ${id} waits for others, and nobody will look at it again`)
  }

  /** A step is judged when it is taken: a parent that is retried later undoes nothing of it. */
  function checkStep(child: Child): void {
    const before = stages.get(child.id)
    const stage = stageOf(child)
    if (stage === before) return
    if (stage === "lost" && !child.parents.some(hasFailed)) lament("canceled because of a parent", child)
    const isReleased = stage === "released" || (stage === "ended" && before !== "released")
    if (isReleased && !child.parents.every(allows)) lament("released", child)
  }
}

function stageOf({ state, ended, reason }: Child): Stage {
  if (state !== null) return state === "waiting" ? "waits" : "released"
  if (ended !== "canceled") return "ended"
  return reason === "parent_failed" ? "lost" : "canceled"
}

function allows({ ended, policy }: Parent): boolean {
  return policy === "continue" ? ended !== null : ended === "succeeded"
}

function hasFailed({ ended, policy }: Parent): boolean {
  return policy === "fail" && (ended === "discarded" || ended === "canceled")
}

function lament(what: string, { id, parents }: Child): never {
  violated("parents", `job ${id} is ${what}, after ${JSON.stringify(parents)}`)
}
