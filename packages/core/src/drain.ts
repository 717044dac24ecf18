import { boundedMs, type Duration, durationMs } from "./checks/duration.ts"
import { assertInteger, assertKnownKeys, refuse } from "./checks/validate.ts"
import { claim } from "./claim/claim.ts"
import { giveBack } from "./claim/give-back.ts"
import { createClaimPosition } from "./claim/position.ts"
import type { Connect } from "./database/connection.ts"
import { InvalidInputError, SluiceError } from "./errors.ts"
import { endExecutors } from "./executors/execution.ts"
import type { Backlog } from "./inspect/backlog.ts"
import type { Execution, SettledExecution } from "./job/outcome.ts"
import { type Logger, silent } from "./logger.ts"
import { createConnectionLimiter } from "./perform/connection-limiter.ts"
import { DrainEndsError, TimeIsUpError } from "./perform/execute.ts"
import { createJobRunner, type JobRunner } from "./perform/job-runner.ts"
import { createTransactions } from "./perform/transactions.ts"
import { createDeadline, type Deadline, untilGiveUp } from "./session/deadline.ts"
import { closeDrainer, type Drainer, openDrainer } from "./session/drainer.ts"
import { EMPTY_PHASES, EMPTY_TALLY, type Phases, type Tally, timed } from "./session/tally.ts"
import { settle, settleAll } from "./settle/settle.ts"
import type { Sluice } from "./sluice.ts"
import { createNameAnnouncer } from "./wake/announce-names.ts"
import { createLinger } from "./wake/linger.ts"
import { createScaleOut } from "./wake/scale-out.ts"
import { leaveWakeUp, type SetWakeUp } from "./wake/wake-up.ts"

export interface DrainOptions {
  /** Opens a dedicated connection, direct or through a session pooler. */
  readonly connect: Connect
  /** Lambda's `getRemainingTimeInMillis`. Default: no deadline. */
  readonly remainingMs?: () => number
  /** Jobs performed at once. Default 20. */
  readonly concurrency?: number
  /** Drainers at work at once, over all processes; one more finds no slot. Default 10. */
  readonly maxDrainers?: number
  /** Ends the drain early: nothing is begun any more, what runs may go on for `grace`, then it is aborted and put back. */
  readonly signal?: AbortSignal
  /** See `signal`. Up to a day; default 0. */
  readonly grace?: Duration
  /**
   * How long to stay awake without work, counted from the last job claimed: a job that comes then is begun within
   * milliseconds. Jobs due within a second, or within this time, are waited for. Default 0, which ends the drain at
   * once when no work is due.
   */
  readonly linger?: Duration
  /** Is asked for so many more drainers while the backlog is deep or old. Default: nobody is asked. */
  readonly scaleOut?: (drainers: number) => void
  /**
   * After so long without a word from the drainer the server ends its session, and its jobs are free; without a word
   * from the server the drainer aborts them: covers a frozen process and a broken network. Longer than any job blocks
   * the event loop, from 2 seconds to a day. Default `"1m"`.
   */
  readonly sessionTimeout?: Duration
  /** For a deployment without frequent ticks: called last by the last drainer awake, once no work is due. */
  readonly setWakeUp?: SetWakeUp
  readonly log?: Logger
  /** Is called once the drainer has a session and a slot. */
  readonly onOpen?: () => void
  /** Is told at the start how much is waiting, also where no slot is free. Costs a statement. */
  readonly onBacklog?: (backlog: Backlog) => void
  /** Who this is, for people: on Lambda the request id. Default the process id. */
  readonly label?: string
  /** Told of every execution once its outcome is written. */
  readonly onSettled?: (execution: SettledExecution) => void
}

export interface DrainSummary extends Readonly<Tally> {
  /** Undefined when all slots were taken and nothing was done. */
  readonly slot: number | undefined
  /** Executions that go on although they were aborted. The session is left open, so that nobody else performs their jobs: end the process. */
  readonly stuck: number
  /** Whether work is due that no drainer performs. */
  readonly dueWork: boolean
  /** Whether it came after the last look of this drain, which had nothing left to do: a successor finds it at once. */
  readonly lateWork: boolean
  /** Milliseconds until the next delayed job or retry is due; undefined when none waits, or nothing was done. */
  readonly nextDueInMs: number | undefined
  readonly ms: number
  /** What the milliseconds went to. */
  readonly phases: Readonly<Phases>
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
  options.onOpen?.()

  const position = createClaimPosition(settings.definitions)
  const deadline = createDeadline({ ...settings, ...drainer })
  const transactions = createTransactions(drainer, settings)
  const connections = createConnectionLimiter(drainer, settings.maxDrainers)
  const runner = createJobRunner({ ...settings, drainer, deadline, transactions, connections })
  const linger = createLinger(drainer, position, deadline, settings.lingerMs)
  const help = createScaleOut(drainer, position, deadline, settings)
  const announcer = createNameAnnouncer(drainer, settings)
  settings.stop?.addEventListener("abort", runner.interrupt)
  drainer.onNotification(runner.interrupt)

  try {
    while (deadline.remains() && !drainer.lost.aborted) {
      runner.start(await claim(drainer, position, deadline, runner.room(), runner.isIdle()))
      runner.start(await giveBack(drainer, position, runner.takeExcess()))
      if (runner.isIdle() && position.isCaughtUp && !position.suspects.wait() && !linger.lasts()) break
      const ended = await outcomes(drainer, runner, await linger.untilLookMs(runner))
      await settle(drainer, ended, deadline.untilStopMs)
      await announcer.tell(deadline.names())
      await help.ask()
    }
    await announcer.tell(deadline.names())
    const isDone = deadline.remains() && deadline.isAmple()
    const { stuck } = await finish(drainer, runner, deadline)
    const left =
      stuck > 0 ? LEFT_OPEN : await closeDrainer(drainer, settings.names, isDone ? linger.soonMs : undefined)
    await leaveWakeUp(drainer, left, settings)
    const { tally, phases, slot } = drainer
    return { ...tally, slot, stuck, ...left, ms: since(beganAtMs), phases: rounded(phases) }
  } catch (error) {
    const stuck = await saveWhatEnded(drainer, runner, deadline, settings.names)
    throw error instanceof SluiceError && stuck > 0 ? Object.assign(error, { stuck }) : error
  } finally {
    settings.stop?.removeEventListener("abort", runner.interrupt)
    await Promise.all([transactions.end(), endExecutors(settings.definitions.values(), settings.log)])
    if (runner.isEmpty()) await drainer.end()
  }
}

function since(beganAtMs: number): number {
  return Math.round(performance.now() - beganAtMs)
}

function rounded(phases: Phases): Phases {
  return Object.fromEntries(Object.entries(phases).map(([phase, ms]) => [phase, Math.round(ms)])) as never
}

function outcomes(drainer: Drainer, runner: JobRunner, atMostMs: number): Promise<Execution[]> {
  return timed(drainer, "perform", runner.outcomes(atMostMs))
}

/** Lets what runs end, or puts it back, and writes what became of it. */
async function finish(drainer: Drainer, runner: JobRunner, deadline: Deadline) {
  const { ended, released, stuck } = await runner.stop(
    drainer.lost.reason ?? drainEnds(deadline),
    deadline.graceMs,
  )
  drainer.lost.throwIfAborted()
  // half of the margin was kept for this, and a part of that for closing
  await settleAll(drainer, ended, () => deadline.untilStopMs() + deadline.graceMs * 1.5)
  drainer.tally.released += released
  return { stuck }
}

/** Of a drain that fails: what has ended is written, and what is held given back, as far as the session allows it. */
async function saveWhatEnded(
  drainer: Drainer,
  runner: JobRunner,
  deadline: Deadline,
  names: readonly string[],
): Promise<number> {
  const { ended, stuck } = await runner.stop(drainer.lost.reason ?? drainEnds(deadline), deadline.graceMs)
  if (drainer.lost.aborted) return stuck
  try {
    const giveUpAtMs = performance.now() + deadline.graceMs
    await settleAll(drainer, ended, () => giveUpAtMs - performance.now())
    if (stuck === 0) await closeDrainer(drainer, names, undefined)
  } catch (error) {
    drainer.log.warn("What a failed drain held could not be given back", { error: String(error) })
  }
  return stuck
}

function drainEnds(deadline: Deadline): DrainEndsError {
  return deadline.isTimeUp()
    ? new TimeIsUpError("drain_ends", "The drainer's time is up; the job goes on in the next one")
    : new DrainEndsError("drain_ends", "The drainer was told to stop; the job goes on in the next one")
}

const OPTION_KEYS = [
  "connect",
  "remainingMs",
  "concurrency",
  "maxDrainers",
  "signal",
  "grace",
  "linger",
  "scaleOut",
  "sessionTimeout",
  "setWakeUp",
  "onOpen",
  "onSettled",
  "onBacklog",
  "log",
  "label",
] satisfies readonly (keyof DrainOptions)[]

/** Options of drafts, with their present names. */
const RENAMED_OPTIONS = { silence: "sessionTimeout", invite: "scaleOut" }

const A_DAY_MS = 86_400_000
/** The drainer says a word each second at the latest, and a busy machine is late. */
const SHORTEST_SESSION_TIMEOUT_MS = 2_000

function checked(sluice: Sluice, options: DrainOptions) {
  assertKnownKeys(options, OPTION_KEYS, ["drain"], RENAMED_OPTIONS)
  const { concurrency = 20, maxDrainers = 10, log = silent, label = `process ${process.pid}` } = options
  if (typeof options.connect !== "function")
    refuse("invalid_option", options.connect, ["drain", "connect"], "a function that opens a connection")
  assertInteger(concurrency, ["drain", "concurrency"], 1, 10_000)
  assertInteger(maxDrainers, ["drain", "maxDrainers"], 1, 1_000)
  if (!sluice.definitions?.size) {
    throw new InvalidInputError(
      "no_jobs",
      "This Sluice knows no jobs to perform: pass their definitions to createSluice({ jobs })",
    )
  }
  const { schema, definitions, defaults, instrumentation } = sluice
  assertRemaining(options.remainingMs)
  const stopWithinMs = boundedMs(options.grace ?? 0, ["drain", "grace"], 0, A_DAY_MS)
  const times = { remainingMs: options.remainingMs, stop: options.signal, stopWithinMs }
  return {
    ...{ connect: options.connect, concurrency, maxDrainers, log, label },
    ...{ schema, definitions, defaults, instrumentation, names: [...definitions.keys()] },
    ...{ scaleOut: options.scaleOut, setWakeUp: options.setWakeUp },
    ...{ onSettled: options.onSettled, onBacklog: options.onBacklog },
    ...times,
    untilGiveUpMs: untilGiveUp(times),
    sessionTimeoutMs: boundedMs(
      options.sessionTimeout ?? "1m",
      ["drain", "sessionTimeout"],
      SHORTEST_SESSION_TIMEOUT_MS,
      A_DAY_MS,
    ),
    lingerMs: durationMs(options.linger ?? 0, ["drain", "linger"]),
  }
}

function assertRemaining(remainingMs: unknown): void {
  const path = ["drain", "remainingMs"]
  if (remainingMs === undefined) return
  if (typeof remainingMs !== "function")
    refuse("invalid_option", remainingMs, path, "a function that returns milliseconds")
  const leftMs = remainingMs()
  if (typeof leftMs === "number" && !Number.isNaN(leftMs)) return
  throw new InvalidInputError("invalid_option", `drain.remainingMs returned ${leftMs}: give milliseconds`, {
    path,
  })
}

const NOTHING_LEFT = { dueWork: false, lateWork: false, nextDueInMs: undefined }
const LEFT_OPEN = { dueWork: true, lateWork: false, nextDueInMs: undefined }
const NOTHING_DONE = {
  ...{ ...EMPTY_TALLY, phases: EMPTY_PHASES },
  ...{ slot: undefined, stuck: 0, ...NOTHING_LEFT },
}
