import { rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { startPostgres } from "@sluice/local/postgres"
import pg from "pg"
import { openPool, type System } from "../system.ts"
import { type RedisServer, startRedis } from "./redis.ts"

/** One Postgres for all systems, with a new database for each measurement; and a new Redis for one that keeps its jobs there. */
export interface Server {
  readonly version: string
  /** Creates the database of one measurement, with the system's schema. */
  createDatabase(system: System): Promise<Database>
  stop(): Promise<void>
}

export interface Database {
  /** Where the system connects. */
  readonly url: string
  /** The database in Postgres. It stays empty if the system's jobs are in Redis. */
  readonly pool: pg.Pool
  readonly redis?: RedisServer
  drop(): Promise<void>
}

/**
 * The few settings that an operator adapts to a machine. Durability is Postgres' default (fsync and synchronous_commit
 * on), and so is autovacuum. A larger max_wal_size avoids checkpoints that would hit one system's turn only.
 */
const SETTINGS = { shared_buffers: "1GB", max_wal_size: "8GB", max_connections: "500", jit: "off" }

export async function startServer(log: (line: string) => void): Promise<Server> {
  const dataDir = join(tmpdir(), `sluice-bench-${process.pid}`)
  const first = await startPostgres({ dataDir, log })
  await withClient(first.url, async (client) => {
    for (const [name, value] of Object.entries(SETTINGS))
      await client.query(`alter system set ${name} = '${value}'`)
  })
  await first.stop()
  const postgres = await startPostgres({ dataDir, log })
  const server = openPool(postgres.url, 1)
  const version = (await server.query("show server_version")).rows[0].server_version
  const templates = new Map<System, string>()
  let count = 0

  return {
    version,
    createDatabase: (system) => (system.store === "redis" ? createInRedis(system) : createInPostgres(system)),
    async stop() {
      await server.end()
      await postgres.stop()
      await rm(postgres.directory, { recursive: true, force: true })
      await rm(dataDir, { recursive: true, force: true })
    },
  }

  async function createInPostgres(system?: System): Promise<Database> {
    const template = system ? (templates.get(system) ?? (await prepareTemplate(system))) : "template1"
    const name = `run_${++count}`
    await server.query(`create database ${name} template ${template}`)
    const url = urlOf(name)
    const pool = openPool(url, 2)
    return {
      url,
      pool,
      async drop() {
        await pool.end()
        await server.query(`drop database ${name} with (force)`)
      },
    }
  }

  async function createInRedis(system: System): Promise<Database> {
    const unused = await createInPostgres()
    const redis = await startRedis()
    await system.prepare(redis.url)
    return {
      url: redis.url,
      pool: unused.pool,
      redis,
      async drop() {
        await redis.stop()
        await unused.drop()
      },
    }
  }

  async function prepareTemplate(system: System): Promise<string> {
    const name = `template_${templates.size}`
    await server.query(`create database ${name}`)
    await system.prepare(urlOf(name))
    templates.set(system, name)
    return name
  }

  function urlOf(database: string): string {
    const url = new URL(postgres.url)
    url.pathname = `/${database}`
    return url.href
  }
}

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await work(client)
  await client.end()
}
