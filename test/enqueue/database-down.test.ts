import { createSluice, DatabaseUnavailableError, defineJob, drain } from "@sluice/core"
import pg from "pg"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { freePort } from "../support/free-port.ts"

const database = await createDatabase()
const job = defineJob({ name: "any", perform() {} })
const unavailable = { name: "DatabaseUnavailableError", code: "database_unavailable" }

test("where nobody listens, every call says within seconds that the database is unavailable", async () => {
  const url = `postgres://nobody@127.0.0.1:${await freePort()}/none`
  const pool = new pg.Pool({ connectionString: url })
  const sluice = createSluice({ database: pool, jobs: [job] })
  const beganAtMs = performance.now()

  const error = await sluice.enqueue(job, {}).catch((error) => error)
  expect(error).toBeInstanceOf(DatabaseUnavailableError)
  expect(error).toMatchObject({
    code: "database_unavailable",
    cause: { code: "ECONNREFUSED" },
    message: expect.stringMatching(/can't be reached.*ECONNREFUSED/),
  })
  await expect(sluice.enqueueMany([{ name: "any" }])).rejects.toMatchObject(unavailable)
  await expect(job.enqueue({})).rejects.toMatchObject(unavailable)
  await expect(sluice.getJob("1")).rejects.toMatchObject(unavailable)
  await expect(sluice.listQueues()).rejects.toMatchObject(unavailable)
  await expect(sluice.pauseQueue("mail")).rejects.toMatchObject(unavailable)
  const connect = async () => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    return client
  }
  await expect(drain(sluice, { connect })).rejects.toMatchObject(unavailable)

  expect(performance.now() - beganAtMs).toBeLessThan(3_000)
  await pool.end()
})

test("a database that does not exist is unavailable", async () => {
  const pool = new pg.Pool({ connectionString: urlWith({ pathname: "/nowhere" }) })
  await expect(createSluice({ database: pool }).enqueue("any", {})).rejects.toMatchObject(unavailable)
  await pool.end()
})

test("a wrong password says so, without showing the one that was given", async () => {
  const pool = new pg.Pool({ connectionString: urlWith({ password: "wrong-secret" }) })
  await expect(createSluice({ database: pool }).enqueue("any", {})).rejects.toMatchObject({
    ...unavailable,
    message: expect.not.stringContaining("wrong-secret"),
  })
  await pool.end()
})

test("a server that hangs up in the middle of the statement is unavailable", async () => {
  const { url, pool, rows } = database
  await pool.query(
    "create function sluice.hang_up() returns trigger language plpgsql as $$ begin perform pg_terminate_backend(pg_backend_pid()); return new; end $$",
  )
  await pool.query("create trigger hang_up before insert on sluice.jobs execute function sluice.hang_up()")
  const own = new pg.Pool({ connectionString: url, max: 1 })
  own.on("error", () => {})

  await expect(createSluice({ database: own }).enqueue("any", {})).rejects.toMatchObject(unavailable)
  expect(await rows("select * from sluice.jobs")).toEqual([])
  await own.end()
})

function urlWith(parts: Partial<URL>): string {
  return Object.assign(new URL(database.url), parts).href
}
