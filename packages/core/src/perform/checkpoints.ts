import { type Duration, durationMs } from "../checks/duration.ts"
import { assertKnownKeys, assertText, refuse } from "../checks/validate.ts"
import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { retryWhileTemporary, temporaryToNotNow } from "../database/retry.ts"
import { withOwnParsers } from "../database/type-parsers.ts"
import { InvalidInputError, SluiceError, Snooze } from "../errors.ts"
import type { ClaimedJob } from "../job/claimed-job.ts"
import type { CheckpointOptions, JobContext } from "../job/job-context.ts"
import { toStorableJson } from "../job/payload.ts"
import type { JobRun } from "./job-run.ts"

/** What lets an execution go on where an earlier one of the same job was cut off. */
export interface Checkpoints extends Pick<JobContext, "step" | "cursor" | "sleep"> {
  /** Waits for what was begun and is still under way, and throws what failed without anybody having waited for it. */
  join(): Promise<void>
  /** Likewise, however it ends, and begins nothing more. Throws the `Snooze` of a job that sleeps. */
  end(): Promise<void>
}

type Kind = "step" | "cursor" | "sleep"

/** What an earlier execution has saved: a step's result, a cursor's position (none: it is at its end), a sleep's end. */
interface Saved {
  readonly kind: Kind
  readonly value: string | undefined
  readonly untilAtMs: number
}

/** For work that is not transactional: its type says that it is given none. */
const NO_TRANSACTION = undefined as unknown as Queryable

/** How long a checkpoint is tried to be saved before the execution ends without it. */
const SAVE_WITHIN_MS = 10_000

type Advance = (position: unknown, transaction: Queryable) => unknown

/** Made for a job that has asked for it. Its first use reads what was saved. */
export function createCheckpoints(job: ClaimedJob, work: JobRun): Checkpoints {
  const { definition, drainer, transactions, onCheckpoint } = work
  const { signal } = work.cancellation
  const names = new Set<string>()
  const underWay = new Set<Promise<unknown>>()
  const forgotten: { promise: Handed<unknown>; error: unknown }[] = []
  let savedBefore: Promise<ReadonlyMap<string, Saved>> | undefined
  let unnamedSleeps = 0
  let isOver = false
  let asleep: Snooze | undefined

  return { step, cursor, sleep, join, end } as Checkpoints

  function step(
    name: string,
    performStep: (transaction: Queryable) => unknown,
    options: CheckpointOptions = {},
  ): Promise<unknown> {
    return checkpoint("step", name, options, async (saved) =>
      parsed(saved ? saved.value : await keep("step", name, options, performStep)),
    )
  }

  function cursor(
    name: string,
    start: unknown,
    advance: Advance,
    options: CheckpointOptions = {},
  ): Promise<void> {
    return checkpoint("cursor", name, options, async (saved) => {
      let position = saved ? parsed(saved.value) : start
      while (position !== undefined) {
        const from = position
        const next = async (transaction: Queryable) => (await advance(from, transaction)) ?? undefined
        position = parsed(await keep("cursor", name, options, next))
      }
    })
  }

  function sleep(...words: [Duration] | [string, Duration]): Promise<void> {
    const [name, duration] = words.length === 2 ? words : [`sleep ${++unnamedSleeps}`, words[0]]
    return checkpoint("sleep", name, {}, async (saved) => {
      const remainingMs = saved ? saved.untilAtMs - performance.now() : await beginSleep(name, duration)
      if (remainingMs <= 0) return
      asleep = new Snooze(`${Math.ceil(remainingMs)}ms`, `The job sleeps: ${name}`)
      throw asleep
    })
  }

  async function join(): Promise<void> {
    await Promise.all(underWay)
    const first = forgotten.find(({ promise }) => !promise.isAwaited)
    if (first) throw first.error
  }

  async function end(): Promise<void> {
    isOver = true
    await Promise.allSettled(underWay)
    if (asleep) throw asleep // whatever the job made of it: one that caught it would be done before its time
  }

  async function beginSleep(name: string, duration: Duration): Promise<number> {
    const ms = durationMs(duration, [`sleep ${JSON.stringify(name)}`])
    assertGoesOn()
    await save("sleep", name, undefined, ms)
    return ms
  }

  /** One use of a name: refused, or known from an earlier execution, or new. */
  function checkpoint<Value>(
    kind: Kind,
    name: string,
    options: CheckpointOptions,
    use: (saved: Saved | undefined) => Promise<Value>,
  ): Promise<Value> {
    const running = Promise.resolve().then(async () => {
      assertUse(kind, name, options)
      return use(await savedUnder(kind, name))
    })
    const promise = new Handed<Value>((resolve) => resolve(running))
    const over = () => underWay.delete(running)
    running.then(over, (error) => {
      over()
      forgotten.push({ promise, error })
    })
    promise.settle()
    underWay.add(running)
    return promise
  }

  function assertUse(kind: Kind, name: string, options: CheckpointOptions): void {
    const path = [kind, "name"]
    if (name === undefined) refuse("invalid_option", name, path, "text that names it among those of its job")
    assertText(name, path)
    assertKnownKeys(options, ["transactional"], [`${kind} ${JSON.stringify(name)}`])
    if (definition.transactional) {
      throw new SluiceError(
        "not_continuable",
        `The job ${JSON.stringify(job.name)} is transactional, done whole or not at all, and can't be continued: take transactional: true from the definition and give it to the ${kind}`,
      )
    }
    if (names.has(name)) {
      throw new InvalidInputError(
        "name_taken",
        `The job ${JSON.stringify(job.name)} uses the name ${JSON.stringify(name)} twice in one execution: give the second ${kind} a name of its own, as with the id of what it is about`,
      )
    }
  }

  async function savedUnder(kind: Kind, name: string): Promise<Saved | undefined> {
    names.add(name)
    savedBefore ??= load()
    const saved = (await savedBefore).get(name)
    if (saved && saved.kind !== kind) {
      throw new SluiceError(
        "progress_mismatch",
        `${JSON.stringify(name)} is stored as a ${saved.kind} of job ${job.id}, and its code now calls it a ${kind}: give it another name`,
      )
    }
    return saved
  }

  async function load(): Promise<ReadonlyMap<string, Saved>> {
    const { text, values } = protocolCall(drainer.schema, "progress_of", { p_job: job.id })
    const rows = await query(`select * from ${text}`, values)
    const nowMs = performance.now()
    return new Map(
      rows.map(({ kind, name, value, remaining_ms }) => [
        name,
        { kind, value: value ?? undefined, untilAtMs: nowMs + remaining_ms },
      ]),
    )
  }

  /** Does the work and saves what comes of it. */
  async function keep(
    kind: Kind,
    name: string,
    { transactional }: CheckpointOptions,
    doWork: (transaction: Queryable) => unknown,
  ): Promise<string | undefined> {
    assertGoesOn()
    const work = async (transaction: Queryable) =>
      toStorableJson(await doWork(transaction), [`${kind} ${JSON.stringify(name)}`])
    if (transactional) return holdPlace(() => keepInTransaction(kind, name, work))
    const json = await work(NO_TRANSACTION)
    await save(kind, name, json)
    return json
  }

  function holdPlace<Value>(use: () => Promise<Value>): Promise<Value> {
    return work.connections.withConnection(work, use)
  }

  /** Only the loss of the session cuts it off: work that is done when the drainer's time is up is committed still. */
  async function keepInTransaction(
    kind: Kind,
    name: string,
    work: (transaction: Queryable) => Promise<string | undefined>,
  ): Promise<string | undefined> {
    const json = await transactions.run(drainer.lost, async (transaction) => {
      const json = await work(transaction)
      const { text, values } = protocolCall(drainer.schema, "store_progress", {
        p_job: job.id,
        p_fence: job.fence,
        p_kind: kind,
        p_name: name,
        p_value: json,
      })
      const { rows } = await temporaryToNotNow(
        transaction.query(withOwnParsers(`select ${text} as is_ours`), values),
      )
      assertOurs(rows)
      return json
    })
    noteProgress()
    return json
  }

  async function save(kind: Kind, name: string, json?: string, sleepMs?: number): Promise<void> {
    const { text, values } = protocolCall(drainer.schema, "save_progress", {
      p_backend: drainer.backendPid,
      p_job: job.id,
      p_fence: job.fence,
      p_kind: kind,
      p_name: name,
      p_value: json,
      p_sleep_ms: sleepMs,
    })
    assertOurs(await query(`select ${text} as is_ours`, values))
    noteProgress()
  }

  // biome-ignore lint/suspicious/noExplicitAny: as drainer.query
  function query(text: string, values: unknown[]): Promise<any[]> {
    return temporaryToNotNow(retryWhileTemporary(drainer, SAVE_WITHIN_MS, () => drainer.query(text, values)))
  }

  function noteProgress(): void {
    drainer.tally.checkpoints++
    onCheckpoint()
  }

  function assertOurs(rows: { is_ours: boolean }[]): void {
    if (!rows[0]?.is_ours)
      throw new SluiceError(
        "job_lost",
        `Job ${job.id} was not found as it was claimed; its progress was not saved`,
      )
  }

  /** What is done need not be done again, so it is passed at any time; new work begins only while there is some. */
  function assertGoesOn(): void {
    signal.throwIfAborted()
    if (asleep) throw asleep
    if (isOver)
      throw new SluiceError(
        "execution_over",
        `The execution of job ${job.id} is over: await what perform begins`,
      )
  }
}

/** What is given back is what was stored, the first time too: a Date is text. */
function parsed(json: string | undefined): unknown {
  return json === undefined ? undefined : JSON.parse(json)
}

/** A promise that was handed to the job. It knows whether anybody waits for it, and it is no unhandled rejection if nobody does. */
class Handed<Value> extends Promise<Value> {
  static override get [Symbol.species]() {
    return Promise
  }

  isAwaited = false

  /** Asked for by `await`, `Promise.all`, `catch`, `finally` and the like too. */
  // biome-ignore lint/suspicious/noThenProperty: it is a promise
  override then<Kept = Value, Failed = never>(
    onKept?: ((value: Value) => Kept | PromiseLike<Kept>) | null,
    onFailed?: ((error: unknown) => Failed | PromiseLike<Failed>) | null,
  ): Promise<Kept | Failed> {
    this.isAwaited = true
    return super.then(onKept, onFailed)
  }

  /** Rejections are the execution's to tell. */
  settle(): void {
    super.then(undefined, () => {})
  }
}
