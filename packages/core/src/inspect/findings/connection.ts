import { isPool } from "../../database/assert-connection.ts"
import type { Connection, Queryable } from "../../database/connection.ts"
import { directNeonHost } from "../../database/neon-host.ts"
import { poolQueryable } from "../../database/pool-queryable.ts"
import { backendPid, changeOfBackend, type QuerySession } from "../../database/pooler.ts"
import type { Finding } from "./finding.ts"
import { found } from "./found.ts"

const CHECK = "directConnection"
const ANSWER_WITHIN_MS = 10_000

type Client = Pick<Connection, "query" | "processID"> & { readonly host?: string }
type Open = () => Promise<Client & Pick<Connection, "end">>

/** What stands before a database doesn't change while a process runs, and finding it out takes connections. */
const known = new WeakMap<object, Finding>()

/**
 * What stands between this process and the database. Who enqueues and reads may use any pooler, so that here it is no more than worth
 * knowing; drainers refuse one that pools by transaction.
 *
 * @param database The app's own pool or client. A pool isn't asked for its connections, which others may wait for: new ones are opened.
 */
export async function connectionFinding(database: Queryable): Promise<Finding> {
  const before = known.get(database)
  if (before !== undefined) return before
  try {
    const finding = await examineConnection(database)
    known.set(database, finding)
    return finding
  } catch (error) {
    // such as: there are too many connections for another one
    return found(CHECK, "wrong", "not_examined", { error: (error as Error).message })
  }
}

async function examineConnection(database: Queryable): Promise<Finding> {
  const open = openerOf(database)
  if (open === undefined) return (await ofOne(database)) ?? found(CHECK, "note", "pooler")
  return withOne(open, async (first) => {
    const finding = await ofOne(first)
    if (finding !== undefined) return finding
    const moved = await withOne(open, (second) => changeOfBackend(sessionOf(first), sessionOf(second)))
    return found(CHECK, "note", moved === undefined ? "session_pooler" : "transaction_pooler")
  })
}

/** `open` is that of the pools of `createPool`. Those of the drivers have the class of their clients, and its settings. */
function openerOf(database: Queryable): Open | undefined {
  const { open } = database as { open?: Open }
  if (typeof open === "function") return open
  const { Client, options } = database as { Client?: unknown; options?: unknown }
  if (!isPool(database) || typeof Client !== "function") return undefined
  return async () => {
    const client = new (Client as new (options: unknown) => Connection & { connect(): Promise<unknown> })(
      options,
    )
    client.on("error", () => {}) // the statement that is under way rejects
    await client.connect()
    return client
  }
}

/** What one connection tells: all but the kind of pooler, if its address doesn't tell it. */
async function ofOne(client: Client): Promise<Finding | undefined> {
  const { host = "", processID } = client
  const direct = directNeonHost(host)
  if (direct !== undefined) return found(CHECK, "note", "neon_pooler", { host, direct })
  if (isRdsProxy(host)) return found(CHECK, "note", "rds_proxy", { host })
  if (!processID) return found(CHECK, "ok", "connection_unknown")
  // behind any pooler the backend isn't the one of the handshake
  const isDirect = (await backendPid(sessionOf(client))) === processID
  return isDirect ? found(CHECK, "ok", "connection_direct") : undefined
}

/** Also by the endpoints that only read. */
function isRdsProxy(host: string): boolean {
  return /\.proxy-[a-z0-9]+\.[a-z0-9-]+\.rds\.amazonaws\.com(\.cn)?$/i.test(host)
}

async function withOne<Result>(open: Open, work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = await open()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

function sessionOf(client: Client): QuerySession {
  const { query } = poolQueryable(client, ANSWER_WITHIN_MS)
  return async (text) => (await query(text)).rows
}
