import { claim } from "./claim.ts"
import type { Connect } from "./database.ts"
import { createDeadline, type Deadline } from "./deadline.ts"
import type { AnyJobDefinition, Logger } from "./definition.ts"
import { type Counts, closeDrainer, type Drainer, NO_COUNTS, openDrainer } from "./drainer.ts"
import { type Duration, durationMs } from "./duration.ts"
import { InvalidInputError, SluiceError } from "./errors.ts"
import { DrainEndsError } from "./execute.ts"
import { silent } from "./log.ts"
import { createPerformer, type Performer } from "./performer.ts"
import { settle } from "./settle.ts"
import type { Sluice } from "./sluice.ts"
import { createTransactions } from "./transactions.ts"
import { assertInteger, assertKnownKeys } from "./validate.ts"
import { leaveWakeUp, type SetWakeUp } from "./wake-up.ts"

export interface DrainOptions {
  /** Opens a dedicated connection, direct or through a session pooler. */
  readonly connect: Connect
  /** Lambda's `getRemainingTimeInMillis`. Default: no deadline. */
  readonly remainingMs?: () => number
  /** Jobs performed at once. Default 20. */
  readonly concurrency?: number
  /** Drainers at work at once, over all processes; one more finds no slot. Default 10. */
  readonly maxDrainers?: number
  /** Ends the drain early as its deadline would: what runs is aborted and put back. */
  readonly signal?: AbortSignal
  /**
   * After so long without a word from the drainer the server ends its session, and its jobs are free: covers a frozen
   * process and a broken network. Longer than any job blocks the event loop. Default `"1m"`.
   */
  readonly silence?: Duration
  /** For a deployment without frequent ticks: called last by the last drainer awake, once no work is due. */
  readonly setWakeUp?: SetWakeUp
  readonly log?: Logger
  /** Who this is, for people: on Lambda the request id. Default the process id. */
  readonly label?: string
}

export interface DrainSummary extends Readonly<Counts> {
  /** Undefined when all slots were taken and nothing was done. */
  readonly slot: number | undefined
  /** Claimed, never started, given back. */
  readonly released: number
  /** Executions that go on although they were aborted. The session is left open, so that nobody else performs their jobs: end the process. */
  readonly stuck: number
  /** Whether work is due that no drainer performs. */
  readonly dueWork: boolean
  /** Milliseconds until the next delayed job or retry is due; undefined when none waits, or nothing was done. */
  readonly nextDueInMs: number | undefined
  readonly ms: number
}

/**
 * Performs due jobs until none is left or time is up.
 * Throws `PoolerError`, `SchemaError`, `DatabaseUnavailableError`, or `SessionLostError` when the connection broke on
 * the way; what was in flight is then the next drainer's.
 */
export async function drain(sluice: Sluice, options: DrainOptions): Promise<DrainSummary> {
  const beganAtMs = performance.now()
  const settings = checked(sluice, options)
  const drainer = await openDrainer(settings)
  if (!drainer) return { ...NOTHING_DONE, ms: since(beganAtMs) }

  const deadline = createDeadline(options.remainingMs)
  const transactions = createTransactions(drainer, options.connect)
  const performer = createPerformer({ ...settings, drainer, deadline, transactions })
  const isOver = () => !deadline.remains() || options.signal?.aborted || drainer.lost.aborted

  try {
    while (!isOver()) {
      const names = namesThatFit(settings.definitions, deadline)
      performer.start(await claim(drainer, names, performer.room(), performer.isIdle()))
      if (performer.isIdle() && drainer.cursor.isCaughtUp) break
      await settle(drainer, await performer.outcomes())
    }
    const { released, stuck } = await finish(drainer, performer, deadline)
    const names = [...settings.definitions.keys()]
    const left = stuck > 0 ? LEFT_OPEN : await closeDrainer(drainer, names)
    if (options.setWakeUp && !left.dueWork) await leaveWakeUp(drainer, names, options.setWakeUp)
    return { ...drainer.counts, slot: drainer.slot, released, stuck, ...left, ms: since(beganAtMs) }
  } catch (error) {
    const { stuck } = await performer.stop(drainer.lost.reason ?? drainEnds(), deadline.graceMs)
    throw error instanceof SluiceError && stuck > 0 ? Object.assign(error, { stuck }) : error
  } finally {
    await transactions.end()
    if (performer.isEmpty()) await drainer.end()
  }
}

function since(beganAtMs: number): number {
  return Math.round(performance.now() - beganAtMs)
}

function namesThatFit(definitions: ReadonlyMap<string, AnyJobDefinition>, deadline: Deadline): string[] {
  return [...definitions.values()].filter(deadline.fits).map(({ name }) => name)
}

/** Lets what runs end, or puts it back, and writes what became of it. */
async function finish(drainer: Drainer, performer: Performer, deadline: Deadline) {
  const { ended, released, stuck } = await performer.stop(
    drainer.lost.reason ?? drainEnds(),
    deadline.graceMs,
  )
  drainer.lost.throwIfAborted()
  await settle(drainer, ended)
  return { released, stuck }
}

function drainEnds(): DrainEndsError {
  return new DrainEndsError("drain_ends", "The drainer's time is up; the job goes on in the next one")
}

const OPTION_KEYS = "connect remainingMs concurrency maxDrainers signal silence setWakeUp log label".split(
  " ",
)

function checked(sluice: Sluice, options: DrainOptions) {
  assertKnownKeys(options, OPTION_KEYS, ["drain"])
  const {
    connect,
    concurrency = 20,
    maxDrainers = 10,
    log = silent,
    label = `process ${process.pid}`,
  } = options
  assertInteger(concurrency, ["drain", "concurrency"], 1, 10_000)
  assertInteger(maxDrainers, ["drain", "maxDrainers"], 1, 1_000)
  if (!sluice.definitions?.size) {
    throw new InvalidInputError(
      "no_jobs",
      "This Sluice knows no jobs to perform: pass their definitions to createSluice({ jobs })",
    )
  }
  const { schema, definitions, defaults } = sluice
  const silenceMs = durationMs(options.silence ?? "1m", ["drain", "silence"])
  return { connect, concurrency, maxDrainers, silenceMs, log, label, schema, definitions, defaults }
}

const NOTHING_LEFT = { dueWork: false, nextDueInMs: undefined }
const LEFT_OPEN = { dueWork: true, nextDueInMs: undefined }
const NOTHING_DONE = { ...NO_COUNTS, slot: undefined, released: 0, stuck: 0, ...NOTHING_LEFT }
