import { createSluice } from "@sluice/core"
import { createPool } from "@sluice/core/pg"
import pg from "pg"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { runSluice } from "../support/cli.ts"
import { createDatabase, type TestDatabase } from "../support/database.ts"
import { hasPgBouncer, startPgBouncer } from "../support/pgbouncer.ts"

describe.skipIf(!hasPgBouncer())("behind PgBouncer (skipped where it is not installed)", () => {
  let database: TestDatabase
  let transactionMode: Awaited<ReturnType<typeof startPgBouncer>>
  let sessionMode: Awaited<ReturnType<typeof startPgBouncer>>

  beforeAll(async () => {
    database = await createDatabase()
    transactionMode = await startPgBouncer(database.url, "transaction")
    sessionMode = await startPgBouncer(database.url, "session")
  })
  afterAll(async () => {
    await transactionMode?.stop()
    await sessionMode?.stop()
  })

  const poolsOf = {
    "createPool, with a single connection": (url: string) => createPool(url),
    "a pool of pg": (url: string) => new pg.Pool({ connectionString: url, max: 1 }),
  }

  test.each(Object.entries(poolsOf))(
    "%s tells a pooler by transaction, by session, and none",
    async (_, poolOf) => {
      for (const [url, level, code] of [
        [transactionMode.url, "note", "transaction_pooler"],
        [sessionMode.url, "note", "session_pooler"],
        [database.url, "ok", "connection_direct"],
      ] as const) {
        const pool = poolOf(url)
        expect(await connectionOf(pool)).toMatchObject({ level, code })
        await pool.end()
      }
    },
  )

  test("a pool whose other connections are busy is examined all the same", async () => {
    const pool = new pg.Pool({ connectionString: transactionMode.url, max: 2 })
    const busy = await pool.connect()
    expect(await connectionOf(pool)).toMatchObject({ code: "transaction_pooler" })
    busy.release()
    await pool.end()
  })

  test("a client alone tells that there is a pooler, not which", async () => {
    const client = new pg.Client({ connectionString: sessionMode.url })
    await client.connect()
    expect(await connectionOf(client)).toMatchObject({ level: "note", code: "pooler" })
    await client.end()
  })

  test("what a process has found of its pool isn't looked for again, as that takes connections", async () => {
    const pool = new pg.Pool({ connectionString: sessionMode.url, max: 1 })
    const first = await connectionOf(pool)
    Object.assign(pool.options, { port: 1, connectionString: "postgres://127.0.0.1:1/none" })
    expect(await connectionOf(pool)).toEqual(first)
    await pool.end()
  })

  test("sluice doctor looks at the address of drainers, for whom a pooler by transaction is wrong", async () => {
    const transaction = await runSluice("doctor", "--database-url", transactionMode.url)
    expect(transaction.output).toContain(
      "WRONG a transaction pooler stands before this database. Use it to enqueue, and give drainers the direct address",
    )
    expect(transaction.code).toBe(1)
    const session = await runSluice("doctor", "--database-url", sessionMode.url)
    expect(session.output).toContain("note  a pooler stands before this database; it pools by session")
    expect(session.code).toBe(0)
  })
})

const HOSTS = [
  ["ep-cool-1-pooler.eu-central-1.aws.neon.tech", "neon_pooler", "ep-cool-1.eu-central-1.aws.neon.tech"],
  ["app.proxy-c1a2b3.eu-west-1.rds.amazonaws.com", "rds_proxy", "RDS Proxy"],
  ["reads.endpoint.proxy-c1a2b3.eu-west-1.rds.amazonaws.com", "rds_proxy", "RDS Proxy"],
] as const

test.each(HOSTS)("%s is known by its name", async (host, code, said) => {
  const database = await createDatabase()
  const client = await database.pool.connect()
  const named = { query: client.query.bind(client), host, processID: 1 }
  const finding = await connectionOf(named as never)
  expect(finding).toMatchObject({ level: "note", code, values: { host } })
  expect(`${finding?.text}. ${finding?.remedy}`).toContain(said)
  client.release()
})

test("the endpoint of a cluster isn't taken for that of a proxy, and what has no session says so", async () => {
  const database = await createDatabase()
  const query = (text: string, values?: unknown[]) => database.pool.query(text, values)
  const host = "app.cluster-c1a2b3.eu-west-1.rds.amazonaws.com"
  expect(await connectionOf({ query, host } as never)).toMatchObject({
    level: "ok",
    code: "connection_unknown",
  })
})

test("a server without room for another connection is a finding, and the rest is examined all the same", async () => {
  const database = await createDatabase()
  const query = (text: string, values?: unknown[]) => database.pool.query(text, values)
  const open = () => Promise.reject(new Error("sorry, too many clients already"))
  const findings = await createSluice({ database: { query, open } as never }).examine()
  expect(findings[0]).toMatchObject({
    check: "directConnection",
    level: "wrong",
    text: "not examined: sorry, too many clients already",
  })
  expect(findings.length).toBeGreaterThan(10)
})

async function connectionOf(pool: Parameters<typeof createSluice>[0]["database"]) {
  return (await createSluice({ database: pool }).examine()).find(({ check }) => check === "directConnection")
}
