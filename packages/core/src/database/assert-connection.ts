import { isRecord } from "../checks/validate.ts"
import { InvalidInputError } from "../errors.ts"
import type { Connection, Queryable } from "./connection.ts"

/**
 * Refuses what can't run the app's statements, and keeps a pool's broken idle connections from ending the process.
 * Returns what runs the statements.
 *
 * @throws InvalidInputError `invalid_option`
 */
export function assertDatabase(database: unknown): Queryable {
  if (!hasMethods(database, ["query"])) {
    const message = `createSluice.database is ${database === undefined ? "missing" : describe(database)}: give a pg Pool, createPool(url) of @sluice/core/pg, or an object with the same query(text, values)`
    throw new InvalidInputError("invalid_option", message, { path: ["createSluice", "database"] })
  }
  listenForErrors(database)
  return database as unknown as Queryable
}

/** Throws `InvalidInputError` (`invalid_option`) unless it is a function. */
export function assertConnect(connect: unknown): void {
  if (typeof connect === "function") return
  const message = `drain.connect is ${connect === undefined ? "missing" : describe(connect)}: give a function that opens a connection, such as createConnect(url) of @sluice/core/pg`
  throw new InvalidInputError("invalid_option", message, { path: ["drain", "connect"] })
}

/**
 * Refuses what `connect` returned unless it is a connected client of the caller's own, which it wasn't given before. Ends
 * nothing: what it refuses belongs to the app.
 *
 * @throws InvalidInputError `invalid_connection`
 */
export function assertOwnConnection(connection: unknown): Connection {
  if (isPool(connection))
    refuseConnection("a pool, whose statements would reach different sessions: return a client of its own")
  if (!hasMethods(connection, ["query", "on", "end"]))
    refuseConnection(`${describe(connection)}: return a client`)
  if (hasMethods(connection, ["release"]))
    refuseConnection("a client of a pool, which would lose it: return a client of its own")
  if (isNeverConnected(connection))
    refuseConnection("a client that isn't connected: await client.connect() before you return it")
  if (given.has(connection)) refuseConnection("the same client twice: open a new one in each call")
  given.add(connection)
  return connection as unknown as Connection
}

const given = new WeakSet<object>()

function refuseConnection(what: string): never {
  const message = `connect returned ${what}. createConnect(url) of @sluice/core/pg does this`
  throw new InvalidInputError("invalid_connection", message, { path: ["connect"] })
}

/** Throws `InvalidInputError` (`invalid_connection`) for a client that would queue the statement and never send it. */
export function assertConnected(client: object, path: string): void {
  if (!isNeverConnected(client)) return
  const message = `${path} is a client that isn't connected: await client.connect() first`
  throw new InvalidInputError("invalid_connection", message, { path: path.split(".") })
}

/** Whether it is a pool of pg or Neon. */
export function isPool(value: unknown): value is { totalCount: number; idleCount: number } {
  return isRecord(value) && "totalCount" in value && "idleCount" in value
}

/** These two are not in the types of pg and Neon's driver. Without them, nothing is known. */
function isNeverConnected(client: object): boolean {
  const { _connecting, _connected } = client as { _connecting?: unknown; _connected?: unknown }
  return _connecting === false && _connected === false
}

/**
 * A pool emits the errors of its idle connections, and an `error` event without a listener ends the process. Nothing else
 * has to be done about them: the pool has dropped the connection.
 */
function listenForErrors(emitter: object): void {
  if (!hasMethods(emitter, ["on", "listenerCount"])) return
  if (emitter.listenerCount("error") === 0) emitter.on("error", () => {})
}

function hasMethods<Name extends string>(
  value: unknown,
  names: readonly Name[],
): value is Record<Name, (...parameters: unknown[]) => unknown> {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return false
  return names.every((name) => typeof (value as Record<string, unknown>)[name] === "function")
}

/** Never the value itself: a connection string contains a password. */
function describe(value: unknown): string {
  if (value === undefined || value === null) return String(value)
  if (typeof value === "object") return "an object without its methods"
  return `a ${typeof value}`
}
