import { setTimeout as wait } from "node:timers/promises"
import type pg from "pg"
import { withResolvers } from "../checks/with-resolvers.ts"
import type { Connect } from "../database/connection.ts"
import { untilBackendsEnd } from "./backends.ts"
import { trackConnections } from "./connections.ts"
import type { LentClient, Operation, Watch } from "./operation.ts"
import { runUnwatched } from "./watch.ts"

/** A moment of a job's life: before an operation is sent, or after it was carried out and before its answer comes. */
export interface Moment {
  readonly place: number
  readonly side: "before" | "after"
}

/** The watch of one life of a job, which may end in a death. */
export interface Life extends Watch {
  /** The labels of its operations, in order. */
  readonly operations: readonly string[]
  /** Resolves once it has died. */
  readonly died: Promise<void>
  /** Its drains connect by this. */
  readonly connect: Connect
  /** The end of an execution: its code has returned, and its outcome isn't stored yet. */
  endExecution(): Promise<void>
}

export const END = "the end of perform, whose outcome isn't stored yet"

/** Operations that others have sent when it dies are carried out, unless they take longer than this. */
const LAST_WORDS_MS = 2_000

export function createLife(
  pool: pg.Pool,
  connect: Connect,
  diesAt: (operation: Operation, side: Moment["side"]) => boolean,
): Life {
  const operations: string[] = []
  const connections = trackConnections(connect)
  const lent = new Map<LentClient, LentClient["release"]>()
  const timers = new Set<() => void>()
  const underWay = new Map<Operation, () => void>()
  const { promise: died, resolve, reject } = withResolvers<void>()
  died.catch(() => {})
  let isDead = false
  const life: Life = {
    operations,
    died,
    connect: connections.connect,
    held: undefined,
    begin,
    end,
    lend,
    addTimer,
    endExecution,
  }
  return life

  function begin(label: string): Operation | undefined {
    if (isDead) return undefined
    const operation = { place: operations.push(label) - 1, label }
    if (diesAt(operation, "before")) {
      die()
      return undefined
    }
    underWay.set(operation, () => {})
    return operation
  }

  async function end(operation: Operation): Promise<void> {
    const isLast = !isDead && diesAt(operation, "after")
    underWay.get(operation)?.()
    underWay.delete(operation)
    if (isLast) die()
    if (isDead) await new Promise(() => {})
  }

  async function endExecution(): Promise<void> {
    const operation = begin(END)
    if (operation) await end(operation)
    else await new Promise(() => {})
  }

  function lend(client: LentClient): void {
    const release = client.release.bind(client)
    client.release = (error) => {
      lent.delete(client)
      release(error)
    }
    if (isDead) release(true)
    else lent.set(client, release)
  }

  function addTimer(clear: () => void): void {
    if (isDead) clear()
    else timers.add(clear)
  }

  /** From here on nothing of it runs, except for code that waits for nothing that is watched. */
  function die(): void {
    isDead = true
    for (const clear of timers) clear()
    runUnwatched(endConnections).then(resolve, reject)
  }

  async function endConnections(): Promise<void> {
    await lastWords()
    connections.die()
    for (const release of lent.values()) release(true)
    lent.clear()
    await untilBackendsEnd(pool, connections.pids())
  }

  async function lastWords(): Promise<void> {
    const ends = [...underWay.keys()].map(
      (operation) => new Promise<void>((ended) => underWay.set(operation, ended)),
    )
    await Promise.race([Promise.all(ends), wait(LAST_WORDS_MS, undefined, { ref: false })])
  }
}
