import {
  type AnyJobDefinition,
  createSluice,
  defineJob,
  drain,
  type Sluice,
  WaitingLimitError,
} from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { expect } from "vitest"
import { openSession } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"
import { type BatchAction, CALLBACKS, createBatches } from "./random-batches.ts"
import { type Drainer, type Held, type RandomContext, STEP_HOURS, violated } from "./random-part.ts"
import { createSchedules, type ScheduleAction, TICKED } from "./random-schedules.ts"
import { createWaits, type WaitAction } from "./random-waits.ts"
import { createWorkflows, type WorkflowAction } from "./random-workflows.ts"

/** One thing that somebody does. Numbers choose among what there is, so that any list of these can be carried out. */
export type Action =
  | ({ readonly do: "enqueue" } & GivenJob)
  | { readonly do: "enqueueMany"; readonly count: number }
  | { readonly do: "claim" | "crash" | "reap"; readonly session: number }
  | { readonly do: "settle"; readonly session: number; readonly outcome: Outcome }
  | { readonly do: "cancel" | "runNow" | "delay" | "moveQueue" | "retry"; readonly job: number }
  | { readonly do: "pause" | "resume"; readonly kind: PauseKind; readonly target: number }
  | { readonly do: "passTime" }
  | BatchAction<GivenJob>
  | ScheduleAction
  | WaitAction
  | WorkflowAction<GivenJob>

/** A job to enqueue, of one of the list's kinds. */
interface GivenJob {
  readonly kind: number
  readonly key: number
  readonly limit: number
  readonly urgent: boolean
}

export const KINDS = ["plain", "keyed", "both", "unique", "delayed", "ordered", "rated", "limited"] as const
export const OUTCOMES = ["succeeded", "retried", "discarded", "snoozed"] as const
export const PAUSE_KINDS = ["queue", "name", "key"] as const
export const SESSIONS = 3
export const KEYS = 2
const TARGETS = { queue: ["default", "other"], name: ["plain", "keyed"], key: ["key-0", "key-1"] }

/** All that is performed. */
const NAMES = [...KINDS, ...CALLBACKS, TICKED]

/** In no two hours do more rated jobs start. */
const RATE = { limit: 2, per: "2h" } as const
/** Unfinished jobs of the queue of limited jobs. */
const PLACES = 3

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }

export type Kind = (typeof KINDS)[number]
type Outcome = (typeof OUTCOMES)[number]
type PauseKind = (typeof PAUSE_KINDS)[number]

/** Drainers by hand, statement by statement, on a real database, beside a model of what they may do. */
export interface RandomWorld {
  /** @param kinds Of the list's jobs: few, so that they meet others of their kind. */
  begin(kinds: readonly Kind[]): Promise<void>
  perform(action: Action): Promise<void>
  /** Checks what must hold after each action. */
  check(): Promise<void>
  /** Lets a real drainer do all that is left, and checks that nothing was lost. */
  finish(): Promise<void>
  end(): Promise<void>
}

export async function createRandomWorld(): Promise<RandomWorld> {
  const database = await createDatabase()
  const jobs = NAMES.map((name) =>
    defineJob({
      name,
      backoff: { base: "1h" },
      ...(name === "both" && { concurrency: [{ key: firstKey }, { key: otherKey, limit: 2 }] }),
      ...(name === "ordered" && { concurrency: { key: lineOf, order: "enqueued" } }),
      ...(name === "rated" && { rate: RATE }),
      ...(name === "limited" && { queue: "limited" }),
      perform() {},
    }),
  )
  const sluice: Sluice = createSluice({
    database: database.pool,
    jobs: jobs as unknown as AnyJobDefinition[],
  })
  await migrate(database.url, { jobs: jobs as unknown as AnyJobDefinition[], unknownNames: "accept" })
  const drainers: Drainer[] = []
  const stored = new Set<string>()
  const keysOf = new Map<string, readonly string[]>()
  const limits = new Map<string, { limit: number; id: bigint }>()
  const passing = new Set<string>()
  /** Hours at which rated jobs have started. */
  const starts: number[] = []
  let hour = 0
  let kinds: readonly Kind[] = KINDS
  const context: RandomContext = {
    database,
    sluice,
    drainers,
    stored,
    keysOf,
    limits,
    passing,
    hour: () => hour,
  }
  const batches = createBatches(context, {
    toJob,
    note,
    mayBeRefused: (given) => kindOf(given) === "limited",
  })
  const schedules = createSchedules(context)
  const waits = createWaits(context)
  const workflows = createWorkflows(context, {
    toJob,
    note,
    mayNotBeStored: (given) => ["limited", "unique"].includes(kindOf(given)),
    callbacks: batches.callbacks,
    noteBatch: batches.noteBatch,
  })
  const parts = [batches, schedules, waits, workflows]

  return {
    async begin(given) {
      kinds = given
      await Promise.all(drainers.splice(0).map(({ session }) => session.end()))
      const ofParts = parts.flatMap((part) => part.tables.map((table) => `, sluice.${table}`)).join("")
      await database.pool.query(
        `truncate sluice.jobs, sluice.finished, sluice.failures, sluice.claims, sluice.permits, sluice.limits, sluice.further_keys, sluice.drainers,
           sluice.pauses, sluice.cancellations, sluice.retries, sluice.idempotency_keys, sluice.rates, sluice.waiting_limits${ofParts}`,
      )
      await sluice.limitQueue("limited", { waiting: PLACES })
      for (let n = 0; n < SESSIONS; n++) drainers.push({ session: await openSession(database), held: [] })
      stored.clear()
      keysOf.clear()
      limits.clear()
      passing.clear()
      starts.length = 0
      for (const part of parts) part.begin()
    },
    async perform(action) {
      for (const part of parts) await part.before?.()
      await act(action)
    },
    check,
    finish,
    async end() {
      await Promise.all(drainers.map(({ session }) => session.end()))
    },
  }

  async function act(action: Action): Promise<void> {
    switch (action.do) {
      case "enqueue":
        return enqueue(action)
      case "enqueueMany": {
        const many = Array.from({ length: action.count }, () => ({ name: "plain", payload: {} }))
        for (const { id } of await sluice.enqueueMany(many)) stored.add(id)
        return
      }
      case "claim":
        return claim(drainers[action.session] as Drainer)
      case "settle":
        return settle(drainers[action.session] as Drainer, action.outcome)
      case "crash":
        return crash(drainers[action.session] as Drainer)
      case "reap": {
        const { session } = drainers[action.session] as Drainer
        await session.connection.query("select sluice.reap($1, 100)", [session.drainerId])
        return
      }
      case "passTime":
        hour += STEP_HOURS
        for (const part of parts) await part.passTime?.()
        await database.pool.query(
          "update sluice.jobs set run_at = run_at - $1 * interval '1 hour' where state = 'scheduled'",
          [STEP_HOURS],
        )
        await database.pool.query(
          `update sluice.rates set next_at = next_at - $1 * interval '1 hour', until_at = until_at - $1 * interval '1 hour',
             started_at = array(select at - $1 * interval '1 hour' from unnest(started_at) with ordinality started (at, place) order by place)`,
          [STEP_HOURS],
        )
        await database.pool.query("update sluice.ticks set ticked_at = '-infinity'")
        return
      case "pause":
      case "resume":
        return pauseOrResume(action.do, action.kind, TARGETS[action.kind][action.target] as string)
      case "enqueueBatch":
      case "addToBatch":
      case "retryBatch":
      case "cancelBatch":
        return batches.act(action)
      case "enqueueWorkflow":
      case "enqueueAfter":
        return workflows.act(action)
      case "setSchedule":
      case "deleteSchedule":
      case "pauseSchedule":
      case "resumeSchedule":
      case "runSchedule":
      case "look":
        return schedules.act(action)
      case "openWait":
      case "await":
      case "complete":
        return waits.act(action)
      default:
        return actOnJob(action.do, [...stored][action.job % Math.max(1, stored.size)])
    }
  }

  async function enqueue(given: GivenJob): Promise<void> {
    const { name, payload, options } = toJob(given)
    const places = name === "limited" ? PLACES - (await countOf("queue = 'limited'")) : 1
    const enqueued = await sluice.enqueue(name, payload, options).catch((error) => {
      if (!(error instanceof WaitingLimitError)) throw error
    })
    if ((enqueued === undefined) !== places <= 0)
      violated("waiting limits", `with ${places} places left, a job is ${enqueued ? "stored" : "refused"}`)
    if (enqueued) note(given, enqueued)
  }

  function kindOf({ kind }: GivenJob): Kind {
    return kinds[kind % kinds.length] as Kind
  }

  function toJob(given: GivenJob) {
    const { key, limit, urgent } = given
    const kind = kindOf(given)
    const options = {
      ...(kind === "keyed" && { concurrencyKey: `key-${key}`, concurrencyLimit: limit }),
      ...(kind === "both" && { concurrencyLimit: limit }),
      ...(kind === "unique" && { uniqueKey: `unique-${key}` }),
      ...(kind === "delayed" && { delay: 1_800 }),
      ...(kind === "ordered" && limit === 1 && { concurrencyOnRetry: "pass" as const }),
      ...(kind === "ordered" && limit === 2 && urgent && { delay: 1_800 }),
      ...(urgent && { priority: -1 }),
    }
    return { name: kind, payload: { key }, options }
  }

  function note(given: GivenJob, { id, status }: { readonly id: string; readonly status: string }): void {
    const { key, limit } = given
    const kind = kindOf(given)
    const isNew = !stored.has(id)
    if (isNew !== (status === "enqueued")) violated("unique keys", `job ${id} is called ${status}`)
    stored.add(id)
    if (kind === "ordered") {
      keysOf.set(id, [lineOf({ key })])
      limits.set(lineOf({ key }), { limit: 1, id: BigInt(id) })
      if (limit === 1) passing.add(id)
    }
    if (kind !== "keyed" && kind !== "both") return
    const further = kind === "both" ? [otherKey({ key })] : []
    keysOf.set(id, [firstKey({ key }), ...further])
    limits.set(firstKey({ key }), { limit, id: BigInt(id) })
    for (const other of further) limits.set(other, { limit: 2, id: BigInt(id) })
  }

  async function claim(drainer: Drainer): Promise<void> {
    const paused = await sluice.listPauses()
    const brought = await drainer.session.claim(...NAMES)
    const { rows } = await database.pool.query(
      "select id::text, name, queue from sluice.jobs where id = any ($1)",
      [brought.map(({ id }) => id)],
    )
    for (const { id } of brought)
      for (const { held } of drainers)
        if (held.some((one) => one.id === id)) violated("run once", `job ${id} is held by two sessions`)
    for (const { id, name, queue } of rows)
      for (const { kind, target } of paused)
        if (kind === "key" ? keysOf.get(id)?.includes(target) : { queue, name }[kind] === target)
          violated("pauses", `job ${id} was claimed though its ${kind} is paused`)
    for (const { id, name } of rows) {
      if (name === "ordered") await checkTurn(id)
      if (name === "rated") checkStart()
    }
    drainer.held.push(...brought.map(({ id, fence }): Held => ({ id, fence })))
    for (const key of new Set(brought.flatMap(({ id }) => keysOf.get(id) ?? []))) await checkLimit(key)
  }

  /** Of a key of which a job was just claimed: jobs of the dead count until they are reaped. */
  async function checkLimit(key: string): Promise<void> {
    const { rows } = await database.pool.query(
      "select count(*)::int as running from sluice.permits where concurrency_key = $1",
      [key],
    )
    const { limit } = limits.get(key) as { limit: number }
    if (rows[0].running > limit) violated("limits", `${rows[0].running} jobs of ${key} run, and ${limit} may`)
  }

  /** Of a job in order that was just claimed. */
  async function checkTurn(id: string): Promise<void> {
    const before = await database.rows(
      `select j.id::text, j.state = 'scheduled' and j.fence > 0 as waits_again from sluice.jobs j
       where j.concurrency_key = $2 and j.name = 'ordered' and j.id < $1`,
      [id, keysOf.get(id)?.[0]],
    )
    for (const { id: other, waits_again } of before)
      if (!waits_again || !passing.has(other)) violated("order", `job ${id} was claimed before job ${other}`)
  }

  function checkStart(): void {
    starts.push(hour)
    const recent = starts.filter((start) => start > hour - STEP_HOURS).length
    if (recent > RATE.limit) violated("rates", `${recent} jobs have started, and ${RATE.limit} may`)
  }

  /** A batch may wait to enqueue its callbacks. */
  async function isWorkLeft(): Promise<boolean> {
    const [{ left }] = await database.rows(
      "select exists (select from sluice.jobs) or exists (select from sluice.batches where state = 'open') as left",
    )
    return left
  }

  async function countOf(condition: string): Promise<number> {
    return (await database.rows(`select count(*)::int as n from sluice.jobs where ${condition}`))[0].n
  }

  /** One that has come to wait for a token is put back until the timeout. */
  async function settle(drainer: Drainer, given: Outcome): Promise<void> {
    const held = drainer.held.shift()
    if (!held) return
    const { waitMs = 1_800_000, ...job } = held
    const outcome = held.waitMs === undefined ? given : "snoozed"
    const error = { error_class: "Error", error_message: "failed" }
    const lost = await drainer.session.settle({
      ...job,
      outcome,
      charges_attempt: outcome !== "snoozed",
      ...(outcome === "retried" || outcome === "snoozed" ? { wait_ms: Math.ceil(waitMs) } : {}),
      ...(outcome === "retried" || outcome === "discarded" ? error : {}),
    })
    if (lost.length > 0)
      violated("fence", `the settle of job ${job.id} by the session that holds it was lost`)
    await drainer.session.connection.query("select pg_advisory_unlock(sluice.job_lock($1))", [job.id])
  }

  async function crash(drainer: Drainer): Promise<void> {
    const { connection, backendPid } = drainer.session
    await connection.end()
    await expect
      .poll(
        async () =>
          (await database.pool.query("select from pg_stat_activity where pid = $1", [backendPid])).rowCount,
      )
      .toBe(0)
    drainer.session = await openSession(database)
    drainer.held = []
  }

  async function pauseOrResume(what: "pause" | "resume", kind: PauseKind, target: string): Promise<void> {
    const verbs = {
      queue: { pause: sluice.pauseQueue, resume: sluice.resumeQueue },
      name: { pause: sluice.pauseName, resume: sluice.resumeName },
      key: { pause: sluice.pauseKey, resume: sluice.resumeKey },
    }
    await verbs[kind][what](target)
  }

  /** The state of the job may forbid it. */
  async function actOnJob(what: string, id: string | undefined): Promise<void> {
    if (id === undefined) return
    const acting = {
      cancel: () => sluice.cancelJob(id),
      runNow: () => sluice.runJobNow(id),
      delay: () => sluice.updateJob(id, { delay: 1_800 }),
      moveQueue: () => sluice.updateJob(id, { queue: "other" }),
      retry: () => sluice.retryJob(id).then(() => passing.delete(id)), // the definition's order holds
    }[what] as () => Promise<unknown>
    await acting().catch((error) => {
      if (error.name !== "JobStateError") throw error
    })
  }

  async function check(): Promise<void> {
    for (const part of parts) await part.check()
    const [{ lost, twice, missing }] = await database.rows(
      `with live as (select id from sluice.jobs), past as (select id from sluice.finished)
       select (select count(*)::int from unnest($1::bigint[]) given (id) where id not in (select id from live) and id not in (select id from past)) as lost,
              (select count(*)::int from past where id in (select id from live)) as twice,
              (select count(*)::int from sluice.permits p where not exists (select from sluice.jobs j where j.id = p.job_id)) as missing`,
      [[...stored]],
    )
    if (lost > 0) violated("no job is lost", `${lost} are in neither table`)
    if (twice > 0) violated("no job is doubled", `${twice} wait and have finished`)
    if (missing > 0) violated("permits", `${missing} are of jobs that are gone`)
    const held = drainers.flatMap(({ held }) => held.map(({ id }) => id)).filter((id) => keysOf.has(id))
    const permits = await database.rows(
      "select job_id::text as id, concurrency_key as key, drainer_id as by from sluice.permits",
    )
    for (const id of held)
      for (const key of keysOf.get(id) as readonly string[])
        if (!permits.some((permit) => permit.id === id && permit.key === key))
          violated("permits", `job ${id} runs without one of ${key}`)
    for (const { id, by } of permits)
      if (drainers.some(({ session }) => session.drainerId === by) && !held.includes(id))
        violated("permits", `job ${id} has one and doesn't run`)
  }

  async function finish(): Promise<void> {
    for (const part of parts) await part.stop?.()
    for (const { kind, target } of await sluice.listPauses()) await pauseOrResume("resume", kind, target)
    for (const drainer of drainers) await crash(drainer)
    await Promise.all(drainers.splice(0).map(({ session }) => session.end()))
    for (let drains = 0; drains < 40 && (await isWorkLeft()); drains++) {
      for (const part of parts) await part.beforeDrain?.()
      await act({ do: "passTime" })
      await drain(sluice, { connect: database.connect, log: SILENT })
    }
    await check()
    const left = await database.rows("select id::text, state, name, concurrency_key from sluice.jobs")
    if (left.length > 0) violated("all work is done", `${JSON.stringify(left)} are left`)
    const permits = await database.rows("select * from sluice.permits")
    if (permits.length > 0) violated("permits", `${JSON.stringify(permits)} are left`)
    for (const part of parts) await part.checkEnd()
  }
}

function firstKey({ key }: { key: number }): string {
  return `key-${key}`
}

function otherKey({ key }: { key: number }): string {
  return `key-${KEYS - 1 - key}`
}

function lineOf({ key }: { key: number }): string {
  return `line-${key}`
}
