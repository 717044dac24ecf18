import { randomBytes } from "node:crypto"
import type { Connection } from "@sluice/core"
import pg from "pg"
import { afterAll, expect, inject, onTestFinished, TestRunner } from "vitest"
import { databaseUrl } from "./database-url.ts"
import { eventually } from "./eventually.ts"
import { alterDatabase, HOSTILE_OBJECTS, HOSTILE_SETTINGS } from "./hostile.ts"

export interface TestDatabase {
  readonly name: string
  readonly url: string
  readonly pool: pg.Pool
  /** A dedicated connection, as drainers want it. */
  connect(options?: { readonly pipeline?: boolean }): Promise<Connection>
  /** The rows of a statement. */
  // biome-ignore lint/suspicious/noExplicitAny: a test knows what it selects
  rows(text: string, values?: unknown[]): Promise<any[]>
}

export interface DatabaseOptions {
  /** The database to copy; `"template0"` for an empty one. Default a migrated one. */
  readonly template?: string
  /** Settings of the database, as `alter database … set` takes them. See hostile.ts. */
  readonly settings?: Readonly<Record<string, string>>
  /** As `"LATIN1"`; goes with `"template0"`, and the C locale. Default the server's, UTF8. */
  readonly encoding?: string
}

/**
 * A database of this file's own, migrated. When the file's tests are done it must be as quiet as it began: a
 * connection or an advisory lock that is left fails the file.
 * `SLUICE_TEST_HOSTILE=1` gives each of them the settings and objects of hostile.ts.
 */
export async function createDatabase(options: DatabaseOptions | string = {}): Promise<TestDatabase> {
  const {
    template = inject("template"),
    settings = {},
    encoding,
  }: DatabaseOptions = typeof options === "string" ? { template: options } : options
  const isHostile = process.env.SLUICE_TEST_HOSTILE === "1"
  const name = `${inject("template")}_${randomBytes(6).toString("hex")}`
  const url = databaseUrl(inject("postgresUrl"), name)
  await asSuperuser(async (server) => {
    const encoded = encoding ? ` encoding '${encoding}' locale 'C'` : ""
    await server.query(`create database ${name} template ${template}${encoded}${quickCopy()}`)
    await server.query(alterDatabase(name, isHostile ? { ...HOSTILE_SETTINGS, ...settings } : settings))
  })
  if (isHostile) await asSuperuser((server) => server.query(HOSTILE_OBJECTS), url)
  const pool = new pg.Pool({ connectionString: url, max: 4 })
  pool.on("error", () => {})

  // vitest drops an afterAll that is registered while a test runs
  const whenDone = TestRunner.getCurrentTest() === undefined ? afterAll : onTestFinished
  whenDone(async () => {
    await pool.end()
    await asSuperuser(async (server) => {
      await eventually(async () => {
        const left = await server.query("select pid, state, query from pg_stat_activity where datname = $1", [
          name,
        ])
        expect(left.rows, "connections left behind").toEqual([])
      })
      const locks = await server.query(
        "select l.* from pg_locks l join pg_database d on d.oid = l.database where l.locktype = 'advisory' and d.datname = $1",
        [name],
      )
      expect(locks.rows, "advisory locks left behind").toEqual([])
      await server.query(`drop database ${name}`)
    })
  })

  return {
    name,
    url,
    pool,
    async connect({ pipeline = false } = {}) {
      const client = new pg.Client({ connectionString: url, pipeline })
      await client.connect()
      return client
    },
    rows: async (text, values) => (await pool.query(text, values)).rows,
  }
}

/** Copies the files instead of logging each page, which takes a third of the time on a server that doesn't sync. */
function quickCopy(): string {
  return inject("postgresVersion") >= 15 ? " strategy file_copy" : ""
}

/** Runs statements on the server's own database, or on another, and closes the connection. */
export async function asSuperuser<Value>(
  work: (server: pg.Client) => Promise<Value>,
  url = inject("postgresUrl"),
): Promise<Value> {
  const server = new pg.Client({ connectionString: url })
  await server.connect()
  try {
    return await work(server)
  } finally {
    await server.end()
  }
}
