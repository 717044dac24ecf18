import { Discard, defineJob, RetryAfter, Snooze, UnknownJobError } from "@sluice/core"
import { createPerformHandler, http } from "@sluice/http"
import * as v from "valibot"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { KEY, startEndpoint } from "./endpoint.ts"

// The app's side: the work.
const performed: string[] = []
const steer = defineJob({
  name: "steer",
  perform({ how }: { how?: string }, { id, attempt, maxAttempts, deadlineAt, tags, metadata, queue }) {
    performed.push(id)
    if (how === "throw") throw new RangeError("out of range")
    if (how === "discard") throw new Discard("unsubscribed")
    if (how === "retry") throw new RetryAfter("10m")
    if (how === "snooze") throw new Snooze("1h")
    if (how === "unknown") throw new UnknownJobError("unknown_job", "a job that it enqueues")
    if (how === "nothing") return undefined
    return { id, attempt, maxAttempts, inTime: deadlineAt.getTime() > Date.now(), tags, metadata, queue }
  },
})
const dated = defineJob({
  name: "dated",
  input: v.object({
    at: v.pipe(
      v.string(),
      v.isoTimestamp(),
      v.transform((text) => new Date(text)),
    ),
  }),
  perform: ({ at }) => ({ year: at.getUTCFullYear() }),
})
const url = await startEndpoint(createPerformHandler({ jobs: [steer, dated], key: KEY }))

// The drainer's side: where it is done.
const database = await createDatabase()
const executor = http({ url, key: KEY })
const { sluice, drainOnce } = drainable(
  database,
  ["steer", "dated", "newer"].map((name) => defineJob({ name, executor, maxAttempts: 3 })),
)

async function performOne(name: string, payload: object, options = {}) {
  await database.rows("delete from sluice.jobs")
  const { id } = await sluice.enqueue(name, payload, options)
  const summary = await drainOnce()
  const [row] = await database.rows(
    "select extract(epoch from run_at - now())::float as wait from sluice.jobs where id = $1",
    [id],
  )
  return { id, summary, wait: row?.wait, job: await sluice.getJob(id) }
}

test("the endpoint performs, with the context; its result is stored", async () => {
  const options = { tags: ["a"], metadata: { by: "ada" }, queue: "mail" }
  const { id, summary, job } = await performOne("steer", {}, options)
  expect(summary).toMatchObject({ succeeded: 1 })
  expect(performed).toEqual([id])
  expect(job?.result).toEqual({ id, attempt: 1, maxAttempts: 3, inTime: true, ...options })
})

test("no result is none", async () => {
  expect((await performOne("steer", { how: "nothing" })).job).toMatchObject({
    state: "succeeded",
    result: null,
  })
})

test("the endpoint's definition parses the payload", async () => {
  const { job } = await performOne("dated", { at: "2026-01-02T03:04:05Z" })
  expect(job?.result).toEqual({ year: 2026 })
  expect((await performOne("dated", { at: "soon" })).job).toMatchObject({
    state: "discarded",
    errors: [{ message: expect.stringContaining("payload.at: Invalid timestamp") }],
  })
})

test("an error of the endpoint's is recorded with its class, message and stack, and retried", async () => {
  const { summary, job } = await performOne("steer", { how: "throw" })
  expect(summary).toMatchObject({ retried: 1 })
  expect(job).toMatchObject({ attempts: 1, errors: [{ class: "RangeError", message: "out of range" }] })
  expect(job?.errors[0]?.stack).toContain("http.test.ts")
})

test("the endpoint discards, snoozes and chooses waits as perform does anywhere", async () => {
  const discarded = await performOne("steer", { how: "discard" })
  expect(discarded.job).toMatchObject({ state: "discarded", errors: [{ message: "unsubscribed" }] })
  const snoozed = await performOne("steer", { how: "snooze" })
  expect(snoozed.job).toMatchObject({ attempts: 0 })
  expect(snoozed.wait).toBeGreaterThan(3_500)
  const retried = await performOne("steer", { how: "retry" })
  expect(retried.job).toMatchObject({ attempts: 1 })
  expect(retried.wait).toBeGreaterThan(590)
})

test("a job that the endpoint doesn't know yet waits, and no attempt is counted", async () => {
  const { summary, job } = await performOne("newer", {})
  expect(summary).toMatchObject({ snoozed: 1 })
  expect(job).toMatchObject({ attempts: 0, errors: [] })
  const unknownToItself = await performOne("steer", { how: "unknown" })
  expect(unknownToItself.job).toMatchObject({ attempts: 1, errors: [{ class: "UnknownJobError" }] })
})
