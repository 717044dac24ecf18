import { setTimeout as wait } from "node:timers/promises"
import type pg from "pg"
import { withResolvers } from "../checks/with-resolvers.ts"
import type { Connect, Connection } from "../database/connection.ts"
import { untilBackendsEnd } from "./backends.ts"
import { endSilently, trackConnections } from "./connections.ts"
import type { LentClient, Operation, Watch } from "./operation.ts"
import { runUnwatched } from "./watch.ts"

/** A moment of a job's life: before an operation is sent, or after it was carried out and before its answer comes. */
export interface Moment {
  readonly operation: Operation
  readonly side: "before" | "after"
}

/** The watch of one life of a job, which may end in a death. */
export interface Life extends Watch {
  /** In order. */
  readonly operations: readonly Operation[]
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

export function createLife(pool: pg.Pool, connect: Connect, diesAt: (moment: Moment) => boolean): Life {
  const operations: Operation[] = []
  const connections = trackConnections(connect)
  const lent = new Map<LentClient, LentClient["release"]>()
  const others = new Set<Connection>()
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
    use,
    lend,
    addTimer,
    endExecution,
  }
  return life

  function begin(label: string): Operation | undefined {
    if (isDead) return undefined
    const operation = { label, number: operations.filter((one) => one.label === label).length + 1 }
    operations.push(operation)
    if (diesAt({ operation, side: "before" })) {
      die()
      return undefined
    }
    underWay.set(operation, () => {})
    return operation
  }

  async function end(operation: Operation): Promise<void> {
    const isLast = !isDead && diesAt({ operation, side: "after" })
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

  /** What is taken from a pool of `pg` is told by `lend`. */
  function use(client: object): void {
    if (!("release" in client)) others.add(client as Connection)
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
    for (const client of others) endSilently(client)
    await untilBackendsEnd(pool, connections.pids())
  }

  async function lastWords(): Promise<void> {
    const ends = [...underWay.keys()].map(
      (operation) => new Promise<void>((ended) => underWay.set(operation, ended)),
    )
    await Promise.race([Promise.all(ends), wait(LAST_WORDS_MS, undefined, { ref: false })])
  }
}
