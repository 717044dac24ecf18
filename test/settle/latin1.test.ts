import { defineJob, type JobContext } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase({ template: "template0", encoding: "LATIN1" })
await migrate(database.url)
await database.pool.query("create table effects (id bigint)")
afterEach(() => database.pool.query("truncate effects; delete from sluice.jobs"))

let work: (context: JobContext) => unknown
const noop = defineJob({ name: "noop", perform() {} })
const job = defineJob({ name: "job", maxAttempts: 2, perform: (_payload, context) => work(context) })
const booked = defineJob({
  name: "booked",
  transactional: true,
  async perform(_payload, context) {
    await context.transaction.query("insert into effects values ($1)", [context.id])
    return work(context)
  },
})
const { sluice, drainOnce } = drainable(database, [noop, job, booked])

test("error text that the server's encoding can't hold is recorded in ASCII, and what ended with it is written", async () => {
  const { id } = await sluice.enqueue("job", {})
  await sluice.enqueueMany(Array.from({ length: 20 }, () => ({ name: "noop" })))
  work = () => {
    throw new Error("Größe → 5")
  }
  expect(await drainOnce({ concurrency: 50 })).toMatchObject({ succeeded: 20, retried: 1, lost: 0 })
  expect(await sluice.getJob(id)).toMatchObject({
    state: "scheduled",
    attempts: 1,
    errors: [{ class: "Error", message: "Gr\\u{f6}\\u{df}e \\u{2192} 5" }],
  })
})

test("text that the encoding can hold is recorded unchanged", async () => {
  const { id } = await sluice.enqueue("job", {})
  work = () => {
    throw new Error("Größe")
  }
  await drainOnce()
  expect(await sluice.getJob(id)).toMatchObject({ errors: [{ message: "Größe" }] })
})

test.each(["job", "booked"])(
  "a result that the encoding can't hold is dropped with a warning, and the work of %s is done once",
  async (name) => {
    const { id } = await sluice.enqueue(name, {})
    let times = 0
    work = () => {
      times++
      return { arrow: "→" }
    }
    const warnings: string[] = []
    const log = { debug() {}, info() {}, error() {}, warn: (line: string) => void warnings.push(line) }
    expect(await drainOnce({ log })).toMatchObject({ succeeded: 1, retried: 0, lost: 0 })
    expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded", result: null })
    expect(times).toBe(1)
    expect(await database.rows("select id from effects")).toEqual(name === "booked" ? [{ id }] : [])
    expect(warnings.join("\n")).toMatch(/can't store the result/)
  },
)

test("a step whose result the encoding can't hold fails its attempt, and says so", async () => {
  const { id } = await sluice.enqueue("job", {})
  work = ({ step }) => step("arrow", () => "→")
  expect(await drainOnce()).toMatchObject({ retried: 1 })
  expect((await sluice.getJob(id))?.errors[0]?.message).toMatch(/LATIN1/)
})

test.each([
  ["a payload", { arrow: "→" }, {}],
  ["a key", {}, { uniqueKey: "→" }],
  ["metadata", {}, { metadata: { arrow: "→" } }],
])("%s that the encoding can't hold is refused with what is wrong", async (_what, payload, options) => {
  const enqueued = sluice.enqueue("noop", payload, options)
  await expect(enqueued).rejects.toMatchObject({
    name: "InvalidInputError",
    message: expect.stringContaining("LATIN1"),
  })
})
