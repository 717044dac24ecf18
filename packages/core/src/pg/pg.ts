// Connections with the driver `pg` that survive restarts of the database, breaks of the network, and freezing.
import pg from "pg"
import { assertInteger, assertKnownKeys } from "../checks/validate.ts"
import { missingAddressError, readAddress } from "../database/address.ts"
import type { Connect, Connection, Queryable } from "../database/connection.ts"
import { directNeonHost } from "../database/neon-host.ts"
import { preparing } from "../database/prepared.ts"
import { PoolerError } from "../errors.ts"
import { cancelStatement } from "./cancel-statement.ts"
import { CONNECT_TIMEOUT_MS, retryConnect } from "./retry-connect.ts"

// For a `connect` with another driver.
export { CONNECT_TIMEOUT_MS, missingAddressError, retryConnect }

/** A connection that was idle for longer may have been closed while the function was frozen. */
const TRUSTED_FOR_MS = 5_000
/** How long the server may take to say that it has canceled a statement. After that the network counts as broken. */
const CANCELED_WITHIN_MS = 2_000

export interface PoolOptions {
  /**
   * Longest wait for a statement's result. After it the server is asked to cancel the statement, which would else go on, and two
   * seconds later the connection is closed, because the network may be broken. Default 20 seconds, which is less than API Gateway
   * waits.
   */
  readonly answerWithinMs?: number
  /** Maximum number of connections. Default 1, which is enough for a function that handles one event at a time. */
  readonly max?: number
}

/**
 * A pool for enqueueing and reading, through any pooler, that survives being frozen: connections that have been idle are
 * tested before they get a statement, because when a connection breaks, nobody knows whether its statement was executed.
 *
 * @param url A connection string. Without one, as when a framework imports its modules to build them, the pool can be
 *   created, and its statements reject.
 * @throws InvalidInputError `invalid_address`
 */
export function createPool(
  url: string | undefined,
  options: PoolOptions = {},
): Required<Queryable> & { open(): Promise<Connection>; end(): Promise<void> } {
  assertKnownKeys(options, ["answerWithinMs", "max"], ["createPool"])
  const { max = 1, answerWithinMs = 20_000 } = options
  assertInteger(max, ["createPool", "max"], 1, 10_000)
  assertInteger(answerWithinMs, ["createPool", "answerWithinMs"], 1, 86_400_000)
  if (!url) return createPoolWithoutAddress()
  hostOf(url)
  const pool = new pg.Pool({ ...settings(url), max, query_timeout: answerWithinMs + CANCELED_WITHIN_MS })
  pool.on("error", () => {}) // an idle connection broke, and the pool has dropped it
  // a connection that breaks in use rejects its statement; without a listener it would also end the process
  pool.on("connect", (client) => void client.on("error", () => {}))
  const prepared = new WeakMap<pg.PoolClient, SendOften>()
  let usedAtMs = Date.now()
  return {
    query: (text, values) => onClient((client) => client.query(text, values)),
    queryPrepared: (text, values) => onClient((client) => sendOftenThrough(client)(text, values)),
    /** A connection beside those of the pool, for who has to know what stands before the database. */
    open: () => openClient(settings(url)),
    end: () => pool.end(),
  }

  async function onClient<Result>(send: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
    if (Date.now() - usedAtMs > TRUSTED_FOR_MS) await dropBroken(pool)
    usedAtMs = Date.now()
    const client = await retryConnect(() => pool.connect())
    return sendWithin(answerWithinMs, () => cancelStatement(settings(url as string), client), client, send)
  }

  function sendOftenThrough(client: pg.PoolClient): SendOften {
    const send = prepared.get(client) ?? createSendOften(client)
    prepared.set(client, send)
    return send
  }
}

type SendOften = (text: string, values: unknown[]) => Promise<pg.QueryResult>

/**
 * Prepares the statements of a client whose backend is that of its handshake: through a transaction pooler they would reach those
 * of others. The first statement is sent whole, because a function that enqueues once has no use for the question.
 */
function createSendOften(client: pg.PoolClient): SendOften {
  const sendPrepared = preparing<pg.QueryResult>((text, values, name) =>
    client.query({ text, values, ...(name !== undefined && { name }) }),
  )
  let isFirst = true
  let isDirect: boolean | undefined
  return async (text, values) => {
    if (!isFirst) isDirect ??= await hasOwnBackend(client)
    isFirst = false
    return isDirect ? sendPrepared(text, values) : client.query(text, values)
  }
}

async function hasOwnBackend(client: pg.PoolClient): Promise<boolean> {
  const { rows } = await client.query("select pg_catalog.pg_backend_pid()::pg_catalog.text as pid")
  return rows[0].pid === String((client as { processID?: unknown }).processID)
}

function createPoolWithoutAddress() {
  const refuse = async (): Promise<never> => {
    throw missingAddressError("createPool")
  }
  return {
    query: refuse,
    queryPrepared: refuse,
    open: refuse,
    async end() {},
  }
}

/** Removes the connection from the pool when the query fails, as the pool's own `query` does, and when it was canceled. */
async function sendWithin<Result>(
  ms: number,
  cancel: () => void,
  client: pg.PoolClient,
  send: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  let isCanceled = false
  const late = setTimeout(() => {
    isCanceled = true
    cancel()
  }, ms)
  try {
    const result = await send(client)
    client.release(isCanceled) // what arrives too late must not cancel the next statement
    return result
  } catch (error) {
    client.release(error as Error)
    throw error
  } finally {
    clearTimeout(late)
  }
}

async function dropBroken(pool: pg.Pool): Promise<void> {
  await Promise.allSettled(Array.from({ length: pool.idleCount }, () => pool.query("select 1")))
}

/**
 * Opens the dedicated connections of drainers. Refuses Neon's pooled addresses before connecting; the drainer itself
 * detects other transaction poolers. Like any `connect` it reads the address only when it is called.
 */
export function createConnect(url: string | undefined): Connect {
  return async ({ pipeline = false } = {}) => {
    if (!url) throw missingAddressError("createConnect")
    assertNoNeonPooler(url)
    return retryConnect(() => openClient({ ...settings(url), pipeline }))
  }
}

async function openClient(settings: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client(settings)
  client.on("error", () => {}) // who uses it listens too; without any listener an error would end the process
  await client.connect()
  return client
}

function settings(url: string): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: "sluice",
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  }
}

/** Throws `PoolerError` for Neon's pooled address. */
export function assertNoNeonPooler(url: string): void {
  const hostname = hostOf(url)
  const direct = directNeonHost(hostname)
  if (direct === undefined) return
  throw new PoolerError(
    "transaction_pooler",
    `${hostname} is Neon's transaction pooler, through which session locks don't hold: give the drainer the direct address ${direct}. Enqueueing may use the pooler`,
  )
}

/** The host as pg reads it, sockets included: `postgres://user@/database?host=/var/run/postgresql`. */
function hostOf(url: string): string {
  return readAddress(url, (connectionString) => new pg.Client({ connectionString }).host)
}
