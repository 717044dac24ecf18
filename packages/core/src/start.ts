import { setTimeout as wait } from "node:timers/promises"
import type { Duration } from "./checks/duration.ts"
import { isTemporary } from "./database/sqlstate.ts"
import { drain } from "./drain.ts"
import type { DrainOptions } from "./drain-options.ts"
import type { DrainSummary } from "./drain-summary.ts"
import { DatabaseUnavailableError, SessionLostError, SluiceError } from "./errors.ts"
import { type Logger, silent } from "./logger.ts"
import { runMaintenance } from "./session/maintenance.ts"
import type { Sluice } from "./sluice.ts"

export interface StartOptions
  extends Omit<
    DrainOptions,
    "remainingMs" | "signal" | "linger" | "lingerOnlyAfterWork" | "scaleOut" | "grace"
  > {
  /**
   * How long running jobs may take to finish once `stop` is called; then they are aborted and put back in the queue.
   * Default `"25s"`.
   */
  readonly grace?: Duration
}

/** The engine in a process that keeps running. */
export interface Worker {
  /** The worker's state, for health checks. */
  health(): WorkerHealth
  /** Starts no more jobs, lets running jobs finish within the grace period, and puts back the rest. Returns `ended`. */
  stop(): Promise<void>
  /**
   * Resolves when the worker has stopped. Rejects when it can't continue: because of misuse, a schema that must be migrated,
   * a transaction pooler, or a job that ignores its abort signal (code `stuck`). End the process then.
   */
  readonly ended: Promise<void>
}

export interface WorkerHealth {
  /** `waiting`: for the database, or for one of the `maxDrainers` slots. */
  readonly state: "working" | "waiting" | "stopping" | "stopped"
  readonly since: Date
  /** Why the worker is waiting. */
  readonly reason?: string
}

const FOREVER = "36500d"
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 15_000
/** A drain runs maintenance when it begins, but a worker's drain may last for months. */
const MAINTENANCE_EVERY_MS = 60_000

/**
 * Performs jobs as they come, until `stop` is called: for containers, development, and any other process that keeps running.
 * Like a drain on Lambda, a worker takes one of the `maxDrainers` slots. It reconnects if the database was unavailable.
 */
export function start(sluice: Sluice, options: StartOptions): Worker {
  const log = options?.log ?? silent // the first drain refuses missing options
  const stopping = new AbortController()
  let health: WorkerHealth = { state: "waiting", since: new Date(), reason: "connecting to the database" }
  const maintenance = setInterval(() => void maintain(sluice, log), MAINTENANCE_EVERY_MS).unref()
  const ended = work().finally(() => {
    clearInterval(maintenance)
    setState("stopped")
  })
  ended.catch(() => {}) // for those who only call `stop`

  return {
    health: () => health,
    ended,
    stop() {
      if (!stopping.signal.aborted) setState("stopping")
      stopping.abort()
      return ended
    },
  }

  function setState(state: WorkerHealth["state"], reason?: string): void {
    health = { state, since: new Date(), ...(reason !== undefined && { reason }) }
    if (reason) log.warn(`Waiting: ${reason}`)
  }

  async function work(): Promise<void> {
    let waitMs = FIRST_WAIT_MS
    const onOpen = () => {
      waitMs = FIRST_WAIT_MS
      if (!stopping.signal.aborted) setState("working")
      options.onOpen?.()
    }
    while (!stopping.signal.aborted) {
      const reason = await drainUntilInterrupted(onOpen)
      if (stopping.signal.aborted) return
      setState("waiting", reason)
      await wait(waitMs, undefined, { signal: stopping.signal }).catch(() => {})
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)
    }
  }

  /** Returns what ended the drain. Throws errors that another drain would meet again. */
  async function drainUntilInterrupted(onOpen: () => void): Promise<string> {
    try {
      const summary = await drain(sluice, {
        grace: "25s",
        ...options,
        linger: FOREVER,
        signal: stopping.signal,
        onOpen,
      })
      assertNoneStuck(summary)
      return summary.slot === undefined ? "every slot is taken (see maxDrainers)" : "the drain ended"
    } catch (error) {
      if (mayEndByItself(error)) return error.message
      throw error
    }
  }
}

async function maintain({ database, schema, payloads }: Sluice, log: Logger): Promise<void> {
  await runMaintenance(
    async (text, values) => (await database.query(text, values)).rows,
    schema,
    log,
    payloads?.store,
  )
}

/** Whether a later drain may succeed. Not if jobs are stuck: their process has to end. */
function mayEndByItself(error: unknown): error is Error {
  if (error instanceof SluiceError && error.stuck) return false
  const isDatabaseGone = error instanceof SessionLostError || error instanceof DatabaseUnavailableError
  return isDatabaseGone || isTemporary(error)
}

function assertNoneStuck({ stuck }: DrainSummary): void {
  if (stuck === 0) return
  const which =
    stuck === 1
      ? "One job is still running although it was"
      : `${stuck} jobs are still running although they were`
  throw new SluiceError("stuck", `${which} aborted: end the process`)
}
