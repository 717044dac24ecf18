import { createSluice, defineJob, drain } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { createApp } from "@sluice/http"
import { beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const perform = () => {}
const welcome = defineJob({ name: "welcome", perform })
const byName = createSluice({ database: database.pool })

beforeEach(() => database.pool.query("delete from sluice.jobs"))

test("as long as no deployment has registered names, any name is stored, also with drainers at work", async () => {
  await drain(createSluice({ database: database.pool, jobs: [welcome] }), { connect: database.connect })
  expect(await byName.enqueue("welcom", {})).toMatchObject({ status: "enqueued" })
})

test("once one has, a mistyped name is refused with the nearest one, and nothing is stored", async () => {
  await migrate(database.url, { jobs: [welcome] })
  await expect(byName.enqueue("welcom", {})).rejects.toMatchObject({
    name: "UnknownJobError",
    code: "unknown_job",
    path: ["name"],
    message: 'No job is named "welcom": did you mean "welcome"?',
  })
  await expect(byName.enqueue("zzz", {})).rejects.toThrow(
    'No job is named "zzz": known are welcome. A new name is known once migrate got its definition, or a drainer opened with it',
  )
  expect(await database.rows("select name from sluice.jobs")).toEqual([])
})

test("of jobs that come together, the first one that is refused is named, and none is stored", async () => {
  await expect(byName.enqueueMany([{ name: "welcome" }, { name: "welcom" }])).rejects.toMatchObject({
    code: "unknown_job",
    index: 1,
    message: expect.stringMatching(/^jobs\[1\]: No job is named "welcom"/),
  })
  expect(await database.rows("select name from sluice.jobs")).toEqual([])
})

test("over HTTP it is a 422 that points to the name", async () => {
  const quiet = () => {}
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }
  const answer = await createApp({ sluice: byName, apiKey: "key", log }).request("/v1/jobs", {
    method: "POST",
    headers: { authorization: "Bearer key", "content-type": "application/json" },
    body: JSON.stringify({ name: "welcom", payload: {} }),
  })
  expect(answer.status).toBe(422)
  expect(await answer.json()).toMatchObject({ code: "unknown_job", errors: [{ pointer: "/name" }] })
})

test("in SQL it is an error like any other: a transaction goes back to its savepoint and commits", async () => {
  const connection = await database.connect()
  await connection.query("begin")
  await connection.query("select sluice.enqueue('welcome')")
  await connection.query("savepoint before")
  await expect(connection.query("select sluice.enqueue('welcom')")).rejects.toMatchObject({
    code: "SL005",
    message: 'No job is named "welcom": known are welcome',
    hint: expect.stringContaining("unknownNames"),
  })
  await connection.query("rollback to savepoint before")
  await connection.query("commit")
  await connection.end()
  expect(await database.rows("select name from sluice.jobs")).toEqual([{ name: "welcome" }])
})

test("a job that is enqueued with its definition is never refused: its app may be deployed first", async () => {
  const ahead = defineJob({ name: "ahead", perform })
  expect(await byName.enqueue(ahead, {})).toMatchObject({ status: "enqueued" })
  const app = createSluice({ database: database.pool, jobs: [ahead] })
  expect(await app.enqueueMany([{ name: "ahead" }])).toMatchObject([{ status: "enqueued" }])
})

test("nor is a name that only a drainer knows", async () => {
  const other = defineJob({ name: "other", perform })
  await expect(byName.enqueue("other", {})).rejects.toMatchObject({ code: "unknown_job" })
  await drain(createSluice({ database: database.pool, jobs: [other] }), { connect: database.connect })
  expect(await byName.enqueue("other", {})).toMatchObject({ status: "enqueued" })
})

test("a deployment may accept unknown names, and the next one refuse them again", async () => {
  await migrate(database.url, { jobs: [welcome], unknownNames: "accept" })
  expect(await byName.enqueue("welcom", {})).toMatchObject({ status: "enqueued" })
  await migrate(database.url) // leaves it as it is
  expect(await byName.enqueue("welcom", {})).toMatchObject({ status: "enqueued" })
  await migrate(database.url, { jobs: [welcome], unknownNames: "refuse" })
  await expect(byName.enqueue("welcom", {})).rejects.toMatchObject({ code: "unknown_job" })
})

test.each([
  [{ unknownNames: "refuse" }, /unknownNames.*together with jobs/],
  [{ jobs: [welcome], unknownNames: "no" }, /"refuse" or "accept"/],
  [{ jobs: welcome }, /list of job definitions/],
  [{ jobs: [welcome], defaults: { priority: 0.5 } }, /defaults\.priority/],
])("migrate refuses %o", async (options, says) => {
  await expect(migrate(database.url, options as never)).rejects.toThrow(says)
})
