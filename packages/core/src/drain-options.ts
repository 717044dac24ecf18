import { batchIn } from "./batches/batch-in.ts"
import { boundedMs, type Duration, durationMs } from "./checks/duration.ts"
import { assertInteger, assertKnownKeys, refuse } from "./checks/validate.ts"
import { assertConnect } from "./database/assert-connection.ts"
import type { Connect } from "./database/connection.ts"
import { InvalidInputError } from "./errors.ts"
import type { Backlog } from "./inspect/backlog.ts"
import { assertInvocation, type Invocation } from "./job/invocation.ts"
import type { SettledExecution } from "./job/outcome.ts"
import { type Logger, silent } from "./logger.ts"
import { untilGiveUp } from "./session/deadline.ts"
import { assertPool, definitionsIn, type PoolOptions, poolLiteral } from "./session/pool.ts"
import type { Sluice } from "./sluice.ts"
import type { Instrumentation } from "./telemetry/instrumentation.ts"
import type { SetWakeUp } from "./wake/wake-up.ts"
import { parentsOfJob } from "./workflows/parents.ts"

export interface DrainOptions extends PoolOptions {
  /** Opens a dedicated database connection, directly or through a session pooler. */
  readonly connect: Connect
  /** Returns the milliseconds left for this drain, like Lambda's `getRemainingTimeInMillis`. Default: no deadline. */
  readonly remainingMs?: () => number
  /** Maximum number of jobs to perform at once. Default 20. */
  readonly concurrency?: number
  /**
   * Maximum number of drainers at work at once, across all processes; with `queues`, `except` or `names`, of those with the same
   * ones. A drain beyond it does nothing. Default 10.
   */
  readonly maxDrainers?: number
  /** Ends the drain early: no more jobs start. Jobs still running after `grace` are aborted and put back in the queue. */
  readonly signal?: AbortSignal
  /** How long running jobs may take to finish once `signal` has aborted. Up to a day; default 0. */
  readonly grace?: Duration
  /**
   * How long to wait for more work, counted from the last job claimed. A job that becomes due in this time starts within
   * milliseconds. With any `linger` above 0, the drain also waits for jobs that are due within a second or within this
   * time. Default 0: the drain ends as soon as no work is due.
   */
  readonly linger?: Duration
  /**
   * Whether `linger` begins only once a job has been claimed, so that a drain that finds nothing due ends at once. For drains
   * that run on a schedule. Default false.
   */
  readonly lingerOnlyAfterWork?: boolean
  /** Called with the number of further drainers to invoke while the backlog is deep or old. Default: none are invoked. */
  readonly scaleOut?: (drainers: number) => void
  /**
   * How long either end of the database session waits for the other. After this long without a statement, the server ends
   * the session and other drainers can claim its jobs; without an answer, the drainer aborts the jobs before that. Covers
   * frozen processes and broken networks. Must exceed the longest time that a job blocks the event loop. From 2 seconds to
   * a day; default `"1m"`.
   */
  readonly sessionTimeout?: Duration
  /**
   * Schedules the next drain, for deployments that don't run one every minute. Called at the end of the drain if no work
   * is due and no other drainer is at work.
   */
  readonly setWakeUp?: SetWakeUp
  /** Default: nothing is logged. */
  readonly log?: Logger
  /** Called once the drainer has a database session and one of the `maxDrainers` slots. */
  readonly onOpen?: () => void
  /** Called at the start with the size of the backlog, even if no slot is free. Costs one statement. */
  readonly onBacklog?: (backlog: Backlog) => void
  /** Identifies this drainer to people, for example by Lambda's request id. Default: the process id. */
  readonly label?: string
  /** What is known of the process or the Lambda invocation: its log stream, its memory, the app's version. */
  readonly invocation?: Invocation
  /** Called for each execution once its outcome is stored. */
  readonly onSettled?: (execution: SettledExecution) => void
}

const OPTION_KEYS = [
  "connect",
  "remainingMs",
  "concurrency",
  "maxDrainers",
  "signal",
  "grace",
  "linger",
  "lingerOnlyAfterWork",
  "scaleOut",
  "sessionTimeout",
  "setWakeUp",
  "onOpen",
  "onSettled",
  "onBacklog",
  "log",
  "label",
  "invocation",
  "queues",
  "except",
  "names",
] satisfies readonly (keyof DrainOptions)[]

/** Names of options before the first release, with their present names. */
const RENAMED_OPTIONS = { silence: "sessionTimeout", invite: "scaleOut" }

const A_DAY_MS = 86_400_000
/** The drainer sends a statement at least once a second, and later on a busy machine. */
const SHORTEST_SESSION_TIMEOUT_MS = 2_000

export type DrainSettings = ReturnType<typeof checkOptions>

/** The options of a drain with their defaults, and what it needs of the Sluice. Throws `InvalidInputError`. */
export function checkOptions(sluice: Sluice, options: DrainOptions) {
  assertKnownKeys(options, OPTION_KEYS, ["drain"], RENAMED_OPTIONS)
  const { concurrency = 20, maxDrainers = 10 } = options
  assertConnect(options.connect)
  assertInteger(concurrency, ["drain", "concurrency"], 1, 10_000)
  assertInteger(maxDrainers, ["drain", "maxDrainers"], 1, 1_000)
  assertPool(options, ["drain"])
  assertInvocation(options.invocation, ["drain", "invocation"])
  const definitions = definitionsIn(options, assertDefinitions(sluice))
  assertRemainingMs(options.remainingMs)
  const lingerMs = durationMs(options.linger ?? 0, ["drain", "linger"])
  const times = {
    remainingMs: options.remainingMs,
    stop: options.signal,
    stopWithinMs: boundedMs(options.grace ?? 0, ["drain", "grace"], 0, A_DAY_MS),
  }
  return {
    ...times,
    untilGiveUpMs: untilGiveUp(times),
    sessionTimeoutMs: boundedMs(
      options.sessionTimeout ?? "1m",
      ["drain", "sessionTimeout"],
      SHORTEST_SESSION_TIMEOUT_MS,
      A_DAY_MS,
    ),
    lingerMs,
    lingersOnlyAfterWork: options.lingerOnlyAfterWork ?? false,
    wasWoken: lingerMs > 0 && !options.lingerOnlyAfterWork,
    schema: sluice.schema,
    definitions,
    names: [...definitions.keys()],
    pool: poolLiteral(options),
    wake: sluice.wake,
    schedules: sluice.schedules,
    defaults: sluice.defaults,
    instrumentation: sluice.instrumentation,
    payloads: sluice.payloads,
    hooks: sluice.hooks,
    batchOf: (id: string) => batchIn(sluice, id),
    parentsOf: (id: string) => parentsOfJob(sluice, id),
    catalog: sluice,
    connect: options.connect,
    concurrency,
    maxDrainers,
    scaleOut: options.scaleOut,
    setWakeUp: options.setWakeUp,
    onOpen: options.onOpen,
    onBacklog: options.onBacklog,
    onSettled: settledListener(sluice.instrumentation, options.onSettled),
    log: options.log ?? silent,
    label: options.label ?? `process ${process.pid}`,
    invocation: options.invocation,
  }
}

/** Both are told. */
function settledListener(
  instrumentation: Instrumentation | undefined,
  onSettled: DrainOptions["onSettled"],
): DrainOptions["onSettled"] {
  if (!instrumentation?.settled) return onSettled
  return (execution) => {
    instrumentation.settled?.(execution)
    onSettled?.(execution)
  }
}

function assertDefinitions({ definitions }: Sluice) {
  if (definitions?.size) return definitions
  throw new InvalidInputError("no_jobs", "No job definitions: pass them to createSluice({ jobs })")
}

function assertRemainingMs(remainingMs: unknown): void {
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
