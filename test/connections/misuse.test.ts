import { createSluice, defineJob, drain, start } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import pg from "pg"
import { expect, onTestFinished, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const job = defineJob({ name: "job", perform() {} })
const transactional = defineJob({ name: "transactional", transactional: true, maxAttempts: 1, perform() {} })
const { sluice, drainOnce } = drainable(database, [job, transactional])
const secret = "postgres://ada:secret@db.example.com/app"

const connects: [string, () => Promise<unknown>, string][] = [
  ["a client that isn't connected", async () => newClient(), "await client.connect() before you return it"],
  ["a pool", async () => database.pool, "a pool, whose statements would reach different sessions"],
  ["a client of a pool", borrowedClient, "a client of a pool, which would lose it"],
  ["undefined", async () => undefined, "connect returned undefined: return a client"],
  ["a connection string", async () => secret, "connect returned a string: return a client"],
  [
    "an object",
    async () => ({ query() {} }),
    "connect returned an object without its methods: return a client",
  ],
]

test.each(connects)(
  "a drain and a worker whose connect returns %s are refused at once",
  async (_what, connect, hint) => {
    const refusal = {
      name: "InvalidInputError",
      code: "invalid_connection",
      message: expect.stringContaining(hint),
    }
    const options = { connect: connect as never }
    const error = await drain(sluice, options).catch((thrown) => thrown)
    expect(error).toMatchObject(refusal)
    expect(error.message).toContain("createConnect(url) of @sluice/core/pg")
    expect(error.message).not.toContain("secret")

    const worker = start(sluice, options)
    await expect(worker.ended).rejects.toMatchObject(refusal)
    expect(worker.health()).toMatchObject({ state: "stopped" })
  },
)

test("a drain that connects while the client is still connecting works", async () => {
  await job.enqueue({})
  const connect = async () => {
    const client = newClient()
    void client.connect()
    return client
  }
  expect(await drainOnce({ connect })).toMatchObject({ succeeded: 1 })
})

test("a client that a drain had before is refused by the next one", async () => {
  const client = newClient()
  await client.connect()
  const connect = async () => client
  await drainOnce({ connect })
  await expect(drainOnce({ connect })).rejects.toMatchObject({
    code: "invalid_connection",
    message: expect.stringContaining("the same client twice: open a new one in each call"),
  })
})

test("a transactional job that would get the drainer's own client fails, and the drain continues", async () => {
  const client = newClient()
  await client.connect()
  const { id } = await transactional.enqueue({})
  expect(await drainOnce({ connect: async () => client })).toMatchObject({ discarded: 1 })
  expect(await sluice.getJob(id)).toMatchObject({
    errors: [{ class: "InvalidInputError", message: expect.stringContaining("the same client twice") }],
  })
})

test.each([
  ["nothing", undefined, "drain.connect is missing: give a function that opens a connection"],
  ["a connection string", secret, "drain.connect is a string: give a function that opens a connection"],
  ["a client", newClient(), "drain.connect is an object"],
])("%s as connect is refused", async (_what, connect, words) => {
  const error = await drainOnce({ connect: connect as never }).catch((thrown) => thrown)
  expect(error).toMatchObject({ code: "invalid_option", message: expect.stringContaining(words) })
  expect(error.message).not.toContain("secret")
})

test.each([
  ["nothing", {}, "createSluice.database is missing"],
  ["a connection string", { database: secret }, "createSluice.database is a string"],
  ["a number", { database: 5 }, "createSluice.database is a number"],
  ["an object without query", { database: {} }, "createSluice.database is an object without its methods"],
])("%s as database is refused when the Sluice is created", (_what, options, words) => {
  const create = () => createSluice(options as never)
  expect(create).toThrow(`${words}: give a pg Pool, createPool(url) of @sluice/core/pg`)
  expect(create).not.toThrow("secret")
})

test("a client as database is refused until it is connected", async () => {
  const client = newClient()
  const { enqueue } = createSluice({ database: client })
  const refusal = {
    code: "invalid_connection",
    message: "createSluice.database is a client that isn't connected: await client.connect() first",
  }
  await expect(enqueue("job", {})).rejects.toMatchObject(refusal)
  await client.connect()
  onTestFinished(() => client.end())
  expect(await enqueue("job", {})).toMatchObject({ status: "enqueued" })
})

test("migrate refuses a client that isn't connected, and what is no database", async () => {
  await expect(migrate(newClient())).rejects.toMatchObject({ code: "invalid_connection" })
  await expect(migrate(undefined as never)).rejects.toMatchObject({
    code: "invalid_option",
    message: "migrate.database is missing: give a connection string, a pg Pool or a connected Client",
  })
})

function newClient(): pg.Client {
  return new pg.Client({ connectionString: database.url })
}

async function borrowedClient(): Promise<pg.PoolClient> {
  const client = await database.pool.connect()
  onTestFinished(() => client.release())
  return client
}

test.each<[string, unknown, string]>([
  ["nothing", undefined, "createSluice is missing: give an object"],
  ["a connection string", secret, "createSluice is of type string: give an object"],
  ["an object of jobs", { jobs: { job } }, "jobs is no list: give a list of what defineJob returns"],
  ["a job's options", { jobs: [job, { name: "b", perform() {} }] }, "jobs[1] is no job definition"],
  ["a job that isn't there", { jobs: [undefined] }, "jobs[0] is no job definition"],
])("createSluice refuses %s and says what to give", (_what, options, message) => {
  const given = typeof options === "object" ? { database: database.pool, ...options } : options
  expect(() => createSluice(given as never)).toThrow(
    expect.objectContaining({ code: "invalid_option", message: expect.stringContaining(message) }),
  )
})

test("a drain and a worker without options are refused", async () => {
  const refusal = { code: "invalid_option", message: expect.stringContaining("drain") }
  await expect(drain(sluice, undefined as never)).rejects.toMatchObject(refusal)
  await expect(start(sluice, undefined as never).ended).rejects.toMatchObject(refusal)
})
