import { createSluice, defineJob, drain, PoolerError } from "@sluice/core"
import pg from "pg"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
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

  test("in transaction mode enqueueing works, and draining is refused before anything is locked", async () => {
    const pooled = new pg.Pool({ connectionString: transactionMode.url, max: 2 })
    const job = defineJob({ name: "noop", perform() {} })
    const sluice = createSluice({ database: pooled, jobs: [job] })
    expect(await job.enqueue({})).toMatchObject({ status: "enqueued" })

    const refused = await drain(sluice, { connect: connectTo(transactionMode.url) }).catch((error) => error)

    expect(refused).toBeInstanceOf(PoolerError)
    expect(refused).toMatchObject({ code: "transaction_pooler" })
    expect(refused.message).toContain("direct address")
    expect(await database.rows("select state, attempts from sluice.jobs")).toEqual([
      { state: "ready", attempts: 0 },
    ])
    expect(
      await database.rows(
        `select from pg_locks join pg_database d on d.oid = database
         where datname = current_database() and locktype = 'advisory'`,
      ),
    ).toEqual([])
    expect(await database.rows("select from sluice.drainers")).toEqual([])
    await pooled.end()
  })

  test("in session mode a drainer works as on a direct connection", async () => {
    const job = defineJob({ name: "noop", perform() {} })
    const sluice = createSluice({ database: database.pool, jobs: [job] })
    await job.enqueue({})

    expect(await drain(sluice, { connect: connectTo(sessionMode.url) })).toMatchObject({
      lost: 0,
      dueWork: false,
    })
    expect(await database.rows("select from sluice.jobs")).toEqual([])
  })
})

function connectTo(url: string) {
  return async () => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    return client
  }
}
