import { withResolvers } from "../checks/with-resolvers.ts"
import { toPgArray } from "../database/array-literal.ts"
import type { Connect, Queryable } from "../database/connection.ts"
import { jsonRows } from "../database/pool-queryable.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { isTemporary } from "../database/sqlstate.ts"
import { DatabaseUnavailableError } from "../errors.ts"
import { createEar } from "./ear.ts"

/** Pauses between looks double from the first to the longest. */
const FIRST_PAUSE_MS = 10
const LONGEST_PAUSE_MS = 2_000
/** Waits that last longer than this listen. Most jobs are done sooner, and need no connection. */
const LISTEN_AFTER_MS = 100
/** Looks while a notification is expected, in case it is lost. */
const HEARING_PAUSE_MS = 5_000
/** Jobs of one statement. */
const LARGEST_LOOK = 1_000

/** Waits for jobs to finish: for any number of them with one statement at a time and one connection that listens. */
export interface FinishWatch {
  /**
   * Returns once the job is unfinished no more, or is unknown, or the time is up. Rejects with the signal's reason. When nobody
   * waits any more, the connection is closed: nothing is left open while a function is frozen.
   */
  wait(id: string, atMostMs: number, signal?: AbortSignal): Promise<void>
}

interface Waiter {
  readonly id: string
  readonly sinceMs: number
  lookAtMs: number
  pauseMs: number
  readonly end: () => void
  readonly fail: (error: unknown) => void
}

export function createFinishWatch(
  database: Queryable,
  schema: string,
  connect: Connect | undefined,
): FinishWatch {
  const waiters = new Set<Waiter>()
  const ear =
    connect &&
    createEar({
      connect,
      database,
      channel: `${schema}:finished`,
      onHeard: (id) => lookNowAt((waiter) => waiter.id === id),
      onOpen: () => lookNowAt(() => true),
    })
  let timer: NodeJS.Timeout | undefined
  let isLooking = false

  return {
    async wait(id, atMostMs, signal) {
      signal?.throwIfAborted()
      const { promise, resolve: end, reject: fail } = withResolvers<void>()
      const waiter = { id, sinceMs: performance.now(), lookAtMs: 0, pauseMs: FIRST_PAUSE_MS, end, fail }
      const timeout = setTimeout(end, atMostMs)
      const onAbort = () => fail(signal?.reason)
      signal?.addEventListener("abort", onAbort)
      waiters.add(waiter)
      lookSoon()
      try {
        await promise
      } finally {
        clearTimeout(timeout)
        signal?.removeEventListener("abort", onAbort)
        waiters.delete(waiter)
        if (waiters.size === 0) await stop()
      }
    },
  }

  async function stop(): Promise<void> {
    clearTimeout(timer)
    await ear?.close()
  }

  function lookNowAt(isMeant: (waiter: Waiter) => boolean): void {
    for (const waiter of waiters) if (isMeant(waiter)) waiter.lookAtMs = 0
    lookSoon()
  }

  /** Looks at the jobs for which it is time, and sets the timer for the others. */
  function lookSoon(): void {
    clearTimeout(timer)
    if (isLooking || waiters.size === 0) return
    const nowMs = performance.now()
    const due = [...waiters].filter(({ lookAtMs }) => lookAtMs <= nowMs).slice(0, LARGEST_LOOK)
    if (due.length > 0) {
      isLooking = true
      void look(due).finally(() => {
        isLooking = false
        lookSoon()
      })
    } else {
      const nextAtMs = Math.min(...Array.from(waiters, ({ lookAtMs }) => lookAtMs))
      timer = setTimeout(lookSoon, Math.max(1, nextAtMs - nowMs))
    }
  }

  async function look(due: readonly Waiter[]): Promise<void> {
    for (const waiter of due) waiter.lookAtMs = Number.POSITIVE_INFINITY // what is heard from here on makes it earlier
    if (ear && due.some(({ sinceMs }) => performance.now() - sinceMs > LISTEN_AFTER_MS)) ear.open()
    try {
      const { ended, left_out } = await ask(due, ear?.isOpen() ?? false)
      const endedIds = new Set(ended)
      const unnotified = new Set(left_out)
      for (const waiter of due) {
        if (endedIds.has(waiter.id)) waiter.end()
        else lookLater(waiter, unnotified.has(waiter.id))
      }
    } catch (error) {
      const mayPass = isTemporary(error) || error instanceof DatabaseUnavailableError
      for (const waiter of due) mayPass ? lookLater(waiter, true) : waiter.fail(error)
    }
  }

  async function ask(
    due: readonly Waiter[],
    isHearing: boolean,
  ): Promise<{ ended: string[]; left_out: string[] }> {
    const { text, values } = protocolCall(schema, "await_jobs", {
      p_ids: toPgArray([...new Set(due.map(({ id }) => id))]),
      p_notify: isHearing,
    })
    const columns = "ended::pg_catalog.text[], left_out::pg_catalog.text[]"
    const [row] = await jsonRows(database, `select ${columns} from ${text}`, values)
    return row
  }

  function lookLater(waiter: Waiter, isUnnotified: boolean): void {
    const pauseMs = isUnnotified || !ear?.isOpen() ? waiter.pauseMs : HEARING_PAUSE_MS
    waiter.pauseMs = Math.min(2 * waiter.pauseMs, LONGEST_PAUSE_MS)
    waiter.lookAtMs = Math.min(waiter.lookAtMs, performance.now() + pauseMs)
  }
}
