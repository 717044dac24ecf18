import { setTimeout as wait } from "node:timers/promises"
import type { Duration } from "./checks/duration.ts"
import { isTemporary } from "./database/sqlstate.ts"
import { drain } from "./drain.ts"
import type { DrainOptions } from "./drain-options.ts"
import type { DrainSummary } from "./drain-summary.ts"
import { DatabaseUnavailableError, SessionLostError, SluiceError } from "./errors.ts"
import { silent } from "./logger.ts"
import { runMaintenance } from "./session/maintenance.ts"
import type { Sluice } from "./sluice.ts"

export interface StartOptions
  extends Omit<DrainOptions, "remainingMs" | "signal" | "linger" | "scaleOut" | "grace"> {
  /** How long running jobs may go on once `stop` is called; then they are aborted and put back. Default `"25s"`. */
  readonly grace?: Duration
}

/** The engine in a process that stays. */
export interface Worker {
  /** What a health check wants to know. */
  health(): WorkerHealth
  /** Begins nothing more, lets running jobs end within the grace, and puts back the rest. Resolves with `ended`. */
  stop(): Promise<void>
  /**
   * Resolves when the worker has stopped; rejects when it can't go on: misuse, a schema to migrate, a transaction pooler, or a
   * job that ignores its abort signal (code `stuck`): end the process then.
   */
  readonly ended: Promise<void>
}

export interface WorkerHealth {
  /** `waiting`: for the database, or for one of the `maxDrainers` slots. */
  readonly state: "working" | "waiting" | "stopping" | "stopped"
  readonly since: Date
  /** Why it waits. */
  readonly reason?: string
}

const FOREVER = "36500d"
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 15_000
/** A drain does the upkeep when it begins, and a worker's goes on for as long as it lives. */
const UPKEEP_EVERY_MS = 60_000

/**
 * Performs jobs as they come, until `stop` is called: for containers, development, and wherever else a process stays.
 * Beside functions on Lambda it takes one of the `maxDrainers` slots. It reconnects when the database goes away.
 */
export function start(sluice: Sluice, options: StartOptions): Worker {
  const { log = silent } = options
  const stopping = new AbortController()
  let health: WorkerHealth = { state: "waiting", since: new Date(), reason: "connecting to the database" }
  const turn = (state: WorkerHealth["state"], reason?: string) => {
    health = { state, since: new Date(), ...(reason && { reason }) }
    if (reason) log.warn(`Waiting: ${reason}`)
  }
  const query = async (text: string, values: unknown[]) => (await sluice.database.query(text, values)).rows
  const upkeep = setInterval(() => runMaintenance(query, sluice.schema, log), UPKEEP_EVERY_MS).unref()
  const ended = work().finally(() => {
    clearInterval(upkeep)
    turn("stopped")
  })
  ended.catch(() => {})

  return {
    health: () => health,
    ended,
    stop() {
      if (!stopping.signal.aborted) turn("stopping")
      stopping.abort()
      return ended
    },
  }

  async function work(): Promise<void> {
    let waitMs = FIRST_WAIT_MS
    const onOpen = () => {
      waitMs = FIRST_WAIT_MS
      if (!stopping.signal.aborted) turn("working")
      options.onOpen?.()
    }
    while (!stopping.signal.aborted) {
      const reason = await drainUntilDisturbed(onOpen)
      if (stopping.signal.aborted) return
      turn("waiting", reason)
      await wait(waitMs, undefined, { signal: stopping.signal }).catch(() => {})
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)
    }
  }

  /** Answers with what ended the drain, if that passes by itself. */
  async function drainUntilDisturbed(onOpen: () => void): Promise<string> {
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
      if (error instanceof SluiceError && error.stuck) throw error
      if (
        !(
          error instanceof SessionLostError ||
          error instanceof DatabaseUnavailableError ||
          isTemporary(error)
        )
      )
        throw error
      return (error as Error).message
    }
  }
}

function assertNoneStuck({ stuck }: DrainSummary): void {
  if (stuck === 0) return
  const which =
    stuck === 1 ? "One job is still running although it was" : `${stuck} jobs are still running although they were`
  throw new SluiceError("stuck", `${which} aborted: end the process`)
}
