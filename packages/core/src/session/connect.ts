import { assertOwnConnection } from "../database/assert-connection.ts"
import type { Connect, Connection } from "../database/connection.ts"
import { translateError } from "../database/translate-error.ts"
import { DatabaseUnavailableError } from "../errors.ts"

/** Longest that opening a connection may take, including the start of a suspended compute. */
const LONGEST_CONNECT_MS = 30_000
const LOOK_EVERY_MS = 100
const LONGEST_END_MS = 1_000

/** Opens a connection. Rejects when that takes too long or is no longer wanted, and ends a connection that comes later. */
export async function connectInTime(options: {
  connect: Connect
  pipeline?: boolean
  untilGiveUpMs?: (() => number) | undefined
  stop?: AbortSignal | undefined
}): Promise<Connection> {
  const { connect, pipeline = false, untilGiveUpMs = () => Number.POSITIVE_INFINITY, stop } = options
  const giveUpAtMs = performance.now() + LONGEST_CONNECT_MS
  const isTooLate = () => stop?.aborted || performance.now() > giveUpAtMs || untilGiveUpMs() <= 0
  const connecting = Promise.resolve()
    .then(() => connect({ pipeline }))
    .then(assertOwnConnection)
  let watch: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_, reject) => {
    watch = setInterval(() => {
      if (!isTooLate()) return
      connecting.then(endConnection, () => {})
      const message = "The database can't be reached: connecting took too long"
      reject(new DatabaseUnavailableError("database_unavailable", message))
    }, LOOK_EVERY_MS)
  })
  try {
    return await Promise.race([connecting, tooLate])
  } catch (error) {
    throw translateError(error)
  } finally {
    clearInterval(watch)
  }
}

/** Says goodbye to the server, and waits for its answer no longer than a second. */
export async function endConnection(connection: Connection): Promise<void> {
  connection.on("error", () => {}) // also where it came too late to be used, and nobody listens yet
  const late = setTimeout(() => destroyConnection(connection), LONGEST_END_MS)
  const closed = new Promise<void>((resolve) => setTimeout(resolve, LONGEST_END_MS + 100).unref())
  await Promise.race([connection.end().catch(() => {}), closed])
  clearTimeout(late)
}

/** Closes the connection's socket, which the drivers of pg and Neon keep in `connection.stream`. */
export function destroyConnection(connection: Connection): void {
  const { stream } = (connection as { connection?: { stream?: { destroy?(): void } } }).connection ?? {}
  if (typeof stream?.destroy === "function") stream.destroy()
  else void connection.end().catch(() => {})
}
