import { type Connect, PoolerError, type Queryable, readAddress } from "@sluice/core"
import pg from "pg"
import { CONNECT_TIMEOUT_MS, whenAwake } from "./retry-connect.ts"

/** A connection that was idle for longer may have been ended, in the time that a function was frozen. */
const TRUSTED_FOR_MS = 5_000

export interface PoolOptions {
  /**
   * How long a statement is waited for; its connection is closed then, because the network may have gone deaf. Default
   * 20 seconds, less than API Gateway waits.
   */
  readonly answerWithinMs?: number
  /** Most connections. Default 1, which is what a function needs that takes one event at a time. */
  readonly max?: number
}

/**
 * A pool for enqueueing and reading, through any pooler, that survives being frozen: connections that have been idle
 * are asked before they are trusted with a statement, because one that breaks on the way leaves open whether it was
 * carried out.
 */
export function createPool(
  url: string,
  { max = 1, answerWithinMs = 20_000 }: PoolOptions = {},
): Queryable & { end(): Promise<void> } {
  hostOf(url)
  const pool = new pg.Pool({ ...settings(url), max, query_timeout: answerWithinMs })
  pool.on("error", () => {}) // an idle connection broke: the pool has dropped it already
  // one that breaks in use rejects its statement, and without a listener it would end the process
  pool.on("connect", (client) => void client.on("error", () => {}))
  let usedAtMs = Date.now()
  return {
    async query(text, values) {
      if (Date.now() - usedAtMs > TRUSTED_FOR_MS) await dropBroken(pool)
      usedAtMs = Date.now()
      const client = await whenAwake(() => pool.connect())
      return queryAndRelease(client, text, values)
    },
    end: () => pool.end(),
  }
}

/** A query that fails takes its connection out of the pool, as the pool's own `query` does. */
async function queryAndRelease(client: pg.PoolClient, text: string, values?: unknown[]) {
  try {
    const result = await client.query(text, values)
    client.release()
    return result
  } catch (error) {
    client.release(error as Error)
    throw error
  }
}

async function dropBroken(pool: pg.Pool): Promise<void> {
  await Promise.allSettled(Array.from({ length: pool.idleCount }, () => pool.query("select 1")))
}

/**
 * Opens the dedicated connections that drainers work on. Refuses Neon's pooled addresses right away; other
 * transaction poolers are found out by the drainer itself.
 */
export function createConnect(url: string): Connect {
  return async () => {
    assertNoNeonPooler(url)
    return whenAwake(async () => {
      const client = new pg.Client(settings(url))
      client.on("error", () => {}) // who uses it listens too; without a listener it would end the process
      await client.connect()
      return client
    })
  }
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
  if (!/^[^.]+-pooler\./.test(hostname)) return
  const direct = hostname.replace("-pooler.", ".")
  throw new PoolerError(
    "transaction_pooler",
    `${hostname} is Neon's transaction pooler, through which session locks don't hold: give the drainer the direct address ${direct}; enqueueing may go through the pooler`,
  )
}

/** As pg reads it: also of a socket, as in `postgres://user@/database?host=/var/run/postgresql`. */
function hostOf(url: string): string {
  return readAddress(url, (connectionString) => new pg.Client({ connectionString }).host)
}
