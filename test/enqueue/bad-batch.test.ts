import { createSluice, defineJob, type Sluice } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import * as z from "zod"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const welcome = defineJob({ name: "welcome", input: z.object({ to: z.string() }), perform() {} })
const goodbye = defineJob({ name: "goodbye", perform() {} })
const sluice: Sluice = createSluice({ database: database.pool, jobs: [welcome, goodbye] })

afterEach(() => database.pool.query("delete from sluice.jobs"))

test("a batch of 1,000 jobs with a bad one is not stored, and the error has the bad job's index", async () => {
  const jobs = Array.from({ length: 1_000 }, (_, place) => ({ name: "welcome", payload: { to: `${place}` } }))
  const bad = jobs.with(678, { name: "welcome", payload: { to: 678 as never } })

  await expect(sluice.enqueueMany(bad)).rejects.toMatchObject({
    name: "InvalidPayloadError",
    code: "invalid_payload",
    path: ["payload", "to"],
    index: 678,
    message: expect.stringMatching(/^jobs\[678\]: .*payload\.to/),
  })
  expect(await stored()).toBe(0)
  await sluice.enqueueMany(jobs)
  expect(await stored()).toBe(1_000)
})

test.each([
  ["welcom", /did you mean "welcome"\?/],
  ["Goodbye", /did you mean "goodbye"\?/],
  ["unrelated", /known are welcome, goodbye/],
])("a job name without a definition (%s) is refused with a suggestion", async (name, says) => {
  await expect(sluice.enqueue(name, {})).rejects.toMatchObject({
    name: "UnknownJobError",
    code: "unknown_job",
    path: ["name"],
    index: undefined,
    message: expect.stringMatching(says),
  })
  await expect(sluice.enqueueMany([{ name: "goodbye" }, { name }])).rejects.toMatchObject({
    code: "unknown_job",
    path: ["name"],
    index: 1,
  })
  expect(await stored()).toBe(0)
})

test.each([
  ["no name", undefined],
  ["an empty name", ""],
  ["a name with a space", "wel come"],
  ["a name of 129 letters", "w".repeat(129)],
  ["a number for a name", 5],
])("a job with %s is refused", async (_what, name) => {
  await expect(sluice.enqueueMany([{ name: "goodbye" }, { name: name as never }])).rejects.toMatchObject({
    name: "InvalidInputError",
    code: "invalid_name",
    path: ["name"],
    index: 1,
    message: expect.stringContaining("1 to 128 letters"),
  })
  expect(await stored()).toBe(0)
})

test.each([
  ["null for a job", [{ name: "goodbye" }, null], 1],
  ["a text for a job", ["goodbye"], 0],
  ["a text for the jobs", "goodbye", undefined],
  ["an object for the jobs", { name: "goodbye" }, undefined],
  ["an unknown key beside name, payload and options", [{ name: "goodbye", delay: "5m" }], 0],
])("%s is refused as invalid input, not as an internal error", async (_what, jobs, index) => {
  await expect(sluice.enqueueMany(jobs as never)).rejects.toMatchObject({ name: "InvalidInputError", index })
  expect(await stored()).toBe(0)
})

async function stored(): Promise<number> {
  return (await database.rows("select count(*)::int from sluice.jobs"))[0].count
}
