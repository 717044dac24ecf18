import { createSluice, type TransactionClient } from "@sluice/core"
import { drizzle } from "drizzle-orm/node-postgres"
import knex from "knex"
import { Kysely, PostgresDialect } from "kysely"
import pg from "pg"
import pgPromise from "pg-promise"
import postgres from "postgres"
import { DataSource } from "typeorm"
import { expect, onTestFinished, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { createPrismaClient } from "./prisma-client.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })

/** Runs the work in a transaction of the library. */
type InTransaction = (work: (transaction: TransactionClient) => Promise<void>) => Promise<void>

const libraries: [string, () => InTransaction][] = [
  [
    "pg",
    () => async (work) => {
      const client = await database.pool.connect()
      try {
        await client.query("begin")
        await work(client)
        await client.query("commit")
      } catch (error) {
        await client.query("rollback")
        throw error
      } finally {
        client.release()
      }
    },
  ],
  [
    "postgres.js",
    () => {
      const sql = postgres(database.url, { max: 1 })
      onTestFinished(() => sql.end())
      return async (work) => void (await sql.begin((transaction) => work(transaction)))
    },
  ],
  [
    "Drizzle",
    () => {
      const db = drizzle(database.pool)
      return (work) => db.transaction((transaction) => work(transaction))
    },
  ],
  [
    "Kysely",
    () => {
      const db = new Kysely({ dialect: new PostgresDialect({ pool: database.pool }) })
      return (work) => db.transaction().execute((transaction) => work(transaction))
    },
  ],
  [
    "Knex",
    () => {
      const db = knex({ client: "pg", connection: database.url, pool: { min: 0, max: 1 } })
      onTestFinished(() => db.destroy())
      return (work) => db.transaction((transaction) => work(transaction))
    },
  ],
  [
    "Prisma",
    () => {
      const prisma = createPrismaClient(database.url)
      onTestFinished(() => prisma.$disconnect())
      return (work) => prisma.$transaction((transaction) => work(transaction))
    },
  ],
  [
    "TypeORM (EntityManager)",
    () => async (work) => {
      const source = await new DataSource({ type: "postgres", url: database.url }).initialize()
      await source.transaction((manager) => work(manager)).finally(() => source.destroy())
    },
  ],
  [
    "TypeORM (QueryRunner)",
    () => async (work) => {
      const source = await new DataSource({ type: "postgres", url: database.url }).initialize()
      const runner = source.createQueryRunner()
      try {
        await runner.startTransaction()
        await work(runner)
        await runner.commitTransaction()
      } catch (error) {
        await runner.rollbackTransaction()
        throw error
      } finally {
        await runner.release()
        await source.destroy()
      }
    },
  ],
  [
    "pg-promise",
    () => {
      const db = pgPromise({ noWarnings: true })({ connectionString: database.url, max: 1 })
      onTestFinished(() => db.$pool.end())
      return (work) => db.tx((transaction) => work(transaction))
    },
  ],
]

test.each(libraries)(
  "in a transaction of %s, jobs are stored with its commit and gone with its rollback",
  async (name, open) => {
    const inTransaction = open()

    await inTransaction(async (transaction) => {
      expect(
        await sluice.enqueue("one", { by: name, "it's": 'a "test"' }, { transaction, tags: ["a"] }),
      ).toMatchObject({ status: "enqueued" })
      expect(await sluice.enqueueMany([{ name: "two" }, { name: "three" }], { transaction })).toHaveLength(2)
      expect(await names(), "before the commit").toEqual([])
    })
    expect(await names()).toEqual(["one", "two", "three"])
    expect(await database.rows("select payload from sluice.jobs where name = 'one'")).toEqual([
      { payload: { by: name, "it's": 'a "test"' } },
    ])
    await database.pool.query("delete from sluice.jobs")

    const failed = inTransaction(async (transaction) => {
      await sluice.enqueue("one", {}, { transaction })
      throw new Error("rolled back")
    })
    await expect(failed).rejects.toThrow("rolled back")
    expect(await names()).toEqual([])
  },
)

test.each([
  ["an object", {}],
  ["a transaction of Sequelize", { sequelize: {}, commit: async () => {} }],
  ["an entity manager of MikroORM", { getTransactionContext: () => ({}), execute: async () => [] }],
  ["a client that answers with a table", { query: async () => [[{ job_id: "1" }], 1] }],
  ["a client that answers with nothing", { query: async () => undefined }],
])("%s is no transaction, and is refused with what is taken", async (_what, transaction) => {
  await expect(sluice.enqueue("one", {}, { transaction: transaction as never })).rejects.toMatchObject({
    name: "InvalidInputError",
    code: "invalid_option",
    message: expect.stringContaining(
      "of pg, postgres.js, Drizzle, Kysely, Knex, Prisma, TypeORM or pg-promise",
    ),
  })
  expect(await names()).toEqual([])
})

test.each<[string, () => unknown]>([
  ["a pool", () => database.pool],
  ["Drizzle's database", () => drizzle(database.pool)],
  ["Kysely's database", () => new Kysely({ dialect: new PostgresDialect({ pool: database.pool }) })],
  ["the sql of postgres.js", () => postgres(database.url)],
  ["Prisma's client", () => createPrismaClient(database.url)],
  ["TypeORM's DataSource", () => new DataSource({ type: "postgres", url: database.url })],
  ["the database of pg-promise", () => pgPromise({ noWarnings: true })({ connectionString: database.url })],
])("%s as transaction would store the job outside of it, and is refused", async (what, client) => {
  await expect(sluice.enqueue("one", {}, { transaction: client() as never })).rejects.toMatchObject({
    code: "invalid_option",
    message: expect.stringMatching(new RegExp(`^transaction is ${what}.*, whose statements are not part of`)),
  })
  expect(await names()).toEqual([])
})

test("a client that isn't connected as transaction is refused, instead of waiting for ever", async () => {
  const transaction = new pg.Client({ connectionString: database.url })
  await expect(sluice.enqueue("one", {}, { transaction })).rejects.toMatchObject({
    code: "invalid_connection",
  })
})

async function names(): Promise<string[]> {
  return (await database.rows("select name from sluice.jobs order by id")).map((row) => row.name)
}
