import { createSluice, defineJob } from "@sluice/core"
import pg from "pg"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const greet = defineJob({ name: "greet", perform() {} })
const sluice = createSluice({ database: database.pool, jobs: [greet] })
await database.pool.query("create table users (name text)")

test("a job that is enqueued in a transaction exists when that transaction commits, not before", async () => {
  await inTransaction("commit", async (transaction) => {
    await transaction.query("insert into users values ('ada')")
    const one = await sluice.enqueue(greet, { to: "ada" }, { transaction })
    const bound = await greet.enqueue({ to: "ada" }, { transaction })
    const many = await sluice.enqueueMany([{ name: "greet" }, { name: "greet" }], { transaction })
    expect([one, bound, ...many].map(({ status }) => status)).toEqual(Array(4).fill("enqueued"))
    expect(await stored("users")).toBe(0)
    expect(await stored("sluice.jobs")).toBe(0)
  })
  expect(await stored("users")).toBe(1)
  expect(await stored("sluice.jobs")).toBe(4)
})

test("a job that is enqueued in a transaction goes with its rollback, and its keys are free again", async () => {
  const before = await stored("sluice.jobs")
  const keys = { uniqueKey: "grace", idempotencyKey: "grace-1" }
  await inTransaction("rollback", async (transaction) => {
    await transaction.query("insert into users values ('grace')")
    await sluice.enqueue(greet, { to: "grace" }, { transaction, ...keys })
    await sluice.enqueueMany([{ name: "greet" }], { transaction })
  })
  expect(await stored("users")).toBe(1)
  expect(await stored("sluice.jobs")).toBe(before)
  expect(await stored("sluice.idempotency_keys")).toBe(0)

  expect(await sluice.enqueue(greet, { to: "grace" }, keys)).toMatchObject({ status: "enqueued" })
})

async function inTransaction(ending: "commit" | "rollback", work: (client: pg.Client) => Promise<void>) {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  try {
    await client.query("begin")
    await work(client)
    await client.query(ending)
  } finally {
    await client.end()
  }
}

async function stored(table: string): Promise<number> {
  return (await database.rows(`select count(*)::int from ${table}`))[0].count
}
