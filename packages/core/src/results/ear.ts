import { withinMs } from "../checks/in-time.ts"
import { withResolvers } from "../checks/with-resolvers.ts"
import type { Connect, Connection, Queryable } from "../database/connection.ts"

/** How soon a connection is opened again that broke, could not be opened, or through which nothing was heard. */
const AGAIN_AFTER_MS = 30_000
/** How long the first notification may take. */
const HEARD_WITHIN_MS = 2_000
/** How long the end of a wait waits for the connection to close. */
const CLOSED_WITHIN_MS = 1_000

/** The one connection on which a process listens for the end of jobs. */
export interface Ear {
  /** Whether notifications are heard. */
  isOpen(): boolean
  /** Opens it in the background, unless that has failed lately. */
  open(): void
  /** Closes it, also while it is being opened, unless somebody wants it again by then. */
  close(): Promise<void>
}

/**
 * A listening connection through a transaction pooler gets no notifications, and no error either. So a notification of its own,
 * sent through the pool, has to arrive first.
 */
export function createEar(options: {
  connect: Connect
  database: Queryable
  channel: string
  onHeard: (payload: string) => void
  onOpen: () => void
}): Ear {
  const { connect, database, channel, onHeard, onOpen } = options
  let connection: Connection | undefined
  let opening: Promise<void> | undefined
  let isWanted = false
  let againAtMs = 0

  return {
    isOpen: () => connection !== undefined,
    open() {
      isWanted = true
      if (connection || opening || performance.now() < againAtMs) return
      opening = tryToOpen().finally(() => {
        opening = undefined
        if (!isWanted) return end()
      })
    },
    async close() {
      isWanted = false
      await withinMs(opening ?? end(), CLOSED_WITHIN_MS, "closing").catch(() => {})
    },
  }

  async function end(): Promise<void> {
    const ended = connection
    connection = undefined
    await ended?.end().catch(() => {})
  }

  async function tryToOpen(): Promise<void> {
    let opened: Connection | undefined
    try {
      opened = await connect()
      await listenOn(opened)
      connection = opened
      if (isWanted) onOpen()
    } catch {
      againAtMs = performance.now() + AGAIN_AFTER_MS
      await opened?.end().catch(() => {})
    }
  }

  async function listenOn(opened: Connection): Promise<void> {
    const test = crypto.randomUUID()
    const { promise: heard, resolve } = withResolvers<void>()
    opened.on("notification", ({ payload = "" }) => (payload === test ? resolve() : onHeard(payload)))
    for (const event of ["error", "end"] as const) opened.on(event as "end", () => drop(opened))
    await opened.query(`listen "${channel}"`)
    await database.query("select pg_catalog.pg_notify($1, $2)", [channel, test])
    await withinMs(heard, HEARD_WITHIN_MS, "the first notification")
  }

  function drop(lost: Connection): void {
    if (connection !== lost) return
    connection = undefined
    againAtMs = performance.now() + AGAIN_AFTER_MS
    void lost.end().catch(() => {})
  }
}
