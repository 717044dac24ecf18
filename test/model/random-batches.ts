import { BatchFinishedError, type BatchOptions } from "@sluice/core"
import { type Part, pick, type RandomContext, STEP_HOURS, violated } from "./random-part.ts"

export const CALLBACKS = ["finish", "success", "discard"] as const

/** How the world enqueues jobs. */
interface JobMaker<Given> {
  toJob(given: Given): { readonly name: string; readonly payload: unknown; readonly options: object }
  /** Checks what is said of a job that was stored, and notes it. */
  note(given: Given, stored: { readonly id: string; readonly status: string }): void
  /** Whether it may be refused, and a whole batch with it. */
  mayBeRefused(given: Given): boolean
}

export type BatchAction<Given> =
  | {
      readonly do: "enqueueBatch"
      readonly jobs: readonly Given[]
      readonly parent: number | null
      readonly isFull: boolean
    }
  | { readonly do: "addToBatch"; readonly batch: number; readonly job: Given }
  | { readonly do: "retryBatch"; readonly batch: number; readonly callbacks: boolean }
  | { readonly do: "cancelBatch"; readonly batch: number }

/** A batch by the model: what its callbacks must have been. */
interface Batch {
  isOpen: boolean
  /** Whether its end enqueues callbacks. */
  fires: boolean
  finishes: number
  successes: number
  mostDiscards: number
}

/** Batches, also in batches, that get further jobs, are retried and canceled. */
export function createBatches<Given>(
  { database, sluice, stored, passing }: RandomContext,
  { toJob, note, mayBeRefused }: JobMaker<Given>,
): Part & {
  act(action: BatchAction<Given>): Promise<void>
  noteBatch(id: string): void
  callbacks(isFull: boolean): BatchOptions
} {
  const batches = new Map<string, Batch>()

  return {
    tables: ["batches", "batch_counts"],
    begin: () => batches.clear(),
    noteBatch,
    callbacks,
    act(action) {
      if (action.do === "enqueueBatch") return enqueue(action)
      const id = pick([...batches.keys()], action.batch)
      if (id === undefined) return Promise.resolve()
      if (action.do === "addToBatch") return add(id, action.job)
      return action.do === "cancelBatch" ? cancel(id) : retry(id, action.callbacks)
    },
    check,
    async passTime() {
      await database.pool.query("update sluice.batches set retry_at = retry_at - $1 * interval '1 hour'", [
        STEP_HOURS,
      ])
    },
    async checkEnd() {
      const open = [...batches].filter(([, { isOpen }]) => isOpen).map(([id]) => id)
      if (open.length > 0) violated("batches finish", `${open} are open, and no job is left`)
      const silent = await database.rows(
        `select id::text from sluice.batches b where discarded > 0 and not exists (
           select from sluice.finished f where f.callback_of = b.id and f.name = 'discard')`,
      )
      for (const { id } of silent)
        violated("callbacks", `a job of batch ${id} is discarded, and nobody was told`)
    },
  }

  async function enqueue({
    jobs: given,
    parent,
    isFull,
  }: Extract<BatchAction<Given>, { do: "enqueueBatch" }>): Promise<void> {
    const jobs = given.filter((job) => !mayBeRefused(job))
    const outer = parent === null ? undefined : pick([...batches.keys()], parent)
    const isRefused = outer !== undefined && !batches.get(outer)?.isOpen
    const enqueued = await unlessFinished(isRefused, () =>
      sluice.enqueueBatch(jobs.map(toJob), {
        ...callbacks(isFull),
        ...(outer !== undefined && { parent: outer }),
      }),
    )
    if (!enqueued) return
    for (const [place, one] of enqueued.jobs.entries()) note(jobs[place] as Given, one)
    noteBatch(enqueued.id)
  }

  /** @param isFull In a queue that may have no place for them. */
  function callbacks(isFull: boolean): BatchOptions {
    const callback = (name: string) => ({ name, ...(isFull && { options: { queue: "limited" } }) })
    return { onFinish: callback("finish"), onSuccess: callback("success"), onDiscard: callback("discard") }
  }

  function noteBatch(id: string): void {
    batches.set(id, { isOpen: true, fires: true, finishes: 0, successes: 0, mostDiscards: 1 })
  }

  async function add(id: string, job: Given): Promise<void> {
    if (mayBeRefused(job)) return
    const added = await unlessFinished(!batches.get(id)?.isOpen, () => sluice.addToBatch(id, [toJob(job)]))
    for (const one of added ?? []) note(job, one)
  }

  async function unlessFinished<Value>(
    isRefused: boolean,
    work: () => Promise<Value>,
  ): Promise<Value | undefined> {
    const done = await work().catch((error) => {
      if (!(error instanceof BatchFinishedError)) throw error
      return undefined
    })
    if ((done === undefined) !== isRefused)
      violated(
        "batches",
        `a job is ${done === undefined ? "refused" : "added"} by a batch that ${isRefused ? "has finished" : "is open"}`,
      )
    return done
  }

  async function cancel(id: string): Promise<void> {
    await sluice.cancelBatch(id)
  }

  async function retry(id: string, callbacks: boolean): Promise<void> {
    const family = await familyOf(id)
    if (callbacks)
      for (const batch of family.flatMap((one) => batches.get(one) ?? []))
        if (!batch.isOpen) {
          batch.fires = true
          batch.mostDiscards++
        }
    const ended = await database.rows("select id::text from sluice.finished where batch_id = any ($1)", [
      family,
    ])
    for (const { id: job } of ended) passing.delete(job) // the definition's order holds
    await sluice.retryBatch(id, { callbacks })
  }

  /** A batch and those in it. */
  async function familyOf(id: string): Promise<string[]> {
    const rows = await database.rows(
      `with recursive family as (select $1::bigint as id union all select b.id from family f join sluice.batches b on b.parent_id = f.id)
       select id::text from family`,
      [id],
    )
    return rows.map((row) => row.id)
  }

  async function check(): Promise<void> {
    if (batches.size === 0) return
    const rows = await database.rows(
      `select b.id::text, b.state, b.retry_at is not null as waits, exists (select from sluice.batch_counts c where c.batch_id = b.id) as is_counting,
         (select array[b.total + coalesce(sum(c.total), 0), b.succeeded + coalesce(sum(c.succeeded), 0),
                       b.discarded + coalesce(sum(c.discarded), 0), b.canceled + coalesce(sum(c.canceled), 0)]::int[]
          from sluice.batch_counts c where c.batch_id = b.id) as counted,
         (select array[count(*), count(*) filter (where state = 'succeeded'), count(*) filter (where state = 'discarded'),
                       count(*) filter (where state = 'canceled')]::int[]
          from (select null as state from sluice.jobs j where j.batch_id = b.id
                union all select f.state from sluice.finished f where f.batch_id = b.id
                union all select case when i.state <> 'open' then sluice.end_of_batch(i) end from sluice.batches i where i.parent_id = b.id) ends) as found,
         (select coalesce(jsonb_object_agg(name, jobs), '{}')
          from (select name, count(*) as jobs from (select name from sluice.jobs j where j.callback_of = b.id
                union all select name from sluice.finished f where f.callback_of = b.id) callbacks group by name) by_name) as callbacks
       from sluice.batches b`,
    )
    for (const row of rows) checkOne(row)
    const callbacks = await database.rows(
      "select id::text from sluice.jobs where callback_of is not null union select id::text from sluice.finished where callback_of is not null",
    )
    for (const { id } of callbacks) stored.add(id)
  }

  // biome-ignore lint/suspicious/noExplicitAny: as it is selected above
  function checkOne({ id, state, waits, is_counting, counted, found, callbacks }: any): void {
    if (String(counted) !== String(found))
      violated(
        "batches",
        `by its counts (total, succeeded, discarded, canceled) batch ${id} has ${counted}, and there are ${found}`,
      )
    const [total, ...ended] = counted as [number, number, number, number]
    const pending = total - ended.reduce((sum, count) => sum + count)
    if (state !== "open" && pending > 0)
      violated("batches", `batch ${id} has ${state}, and ${pending} of it are pending`)
    if (state === "open" && pending === 0 && !is_counting && !waits)
      violated("batches finish", `batch ${id} is open, and nothing of it is pending`)
    const batch = batches.get(id) as Batch
    if (batch.isOpen && state !== "open" && batch.fires) {
      batch.finishes++
      if (state === "succeeded") batch.successes++
      batch.fires = false
    }
    batch.isOpen = state === "open"
    const { finish = 0, success = 0, discard = 0 } = callbacks
    // a callback is stored before the next one is refused, and both are taken back
    if (finish !== batch.finishes || success !== batch.successes || discard > batch.mostDiscards)
      violated(
        "callbacks",
        `batch ${id} has ${JSON.stringify(callbacks)}, and by the model ${JSON.stringify(batch)}`,
      )
  }
}
