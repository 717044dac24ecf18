import { createNeonHttp } from "@sluice/aws/neon"
import { createSluice, defineJob, SchemaError } from "@sluice/core"
import { expect, test } from "vitest"
import { z } from "zod"
import { createDatabase } from "../support/database.ts"
import { startNeonProxy } from "./proxy.ts"

const database = await createDatabase()
await startNeonProxy(database.url)
const welcome = defineJob({ name: "welcome", input: z.object({ to: z.string() }), perform() {} })
const sluice = createSluice({ database: createNeonHttp(database.url), jobs: [welcome] })

test("a job that is enqueued over HTTP is stored and read like any other", async () => {
  const runAt = new Date("2100-01-31T12:00:00Z")
  const { id, status, state } = await welcome.enqueue(
    { to: "ada" },
    { runAt, tags: ["new", "a,b"], metadata: { page: 1 } },
  )

  expect({ status, state }).toEqual({ status: "enqueued", state: "scheduled" })
  expect(await sluice.getJob(id)).toMatchObject({
    id,
    name: "welcome",
    state: "scheduled",
    tags: ["new", "a,b"],
    runAt,
  })
  expect(await database.rows("select payload, tags, metadata from sluice.jobs where id = $1", [id])).toEqual([
    { payload: { to: "ada" }, tags: ["new", "a,b"], metadata: { page: 1 } },
  ])
})

test("many jobs go in one request, all or none, answered in order", async () => {
  const jobs = Array.from({ length: 500 }, (_, index) => ({
    name: "welcome" as const,
    payload: { to: `${index}` },
  }))
  const results = await sluice.enqueueMany(jobs)

  const stored = await database.rows(
    "select id::text, payload->>'to' as to from sluice.jobs where id = any ($1) order by jobs.id",
    [results.map(({ id }) => id)],
  )
  expect(stored).toEqual(results.map(({ id }, index) => ({ id, to: `${index}` })))

  const before = await database.rows("select count(*) from sluice.jobs")
  await expect(
    sluice.enqueueMany([
      { name: "welcome", payload: { to: "ada" } },
      { name: "welcome", payload: {} as never },
    ]),
  ).rejects.toMatchObject({ code: "invalid_payload", index: 1 })
  expect(await database.rows("select count(*) from sluice.jobs")).toEqual(before)
})

test("what Postgres refuses keeps its meaning over HTTP", async () => {
  const refused = createNeonHttp(database.url).query("select sluice.enqueue($1, '{}', $2)", [
    "any",
    { qeue: "mail" },
  ])
  await expect(refused).rejects.toMatchObject({
    code: "SL000",
    message: expect.stringContaining("options.qeue"),
  })

  const elsewhere = createSluice({ database: createNeonHttp(database.url), schema: "nowhere" })
  const missing = await elsewhere.enqueue("any", {}).catch((error) => error)
  expect(missing).toBeInstanceOf(SchemaError)
  expect(missing.code).toBe("schema_missing")
})
