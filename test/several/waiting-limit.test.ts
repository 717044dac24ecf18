import { createSluice, defineJob } from "@sluice/core"
import { createApp } from "@sluice/http"
import { beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"

const database = await createDatabase()
const mail = defineJob({ name: "mail", queue: "mails", concurrency: { key: "smtp", limit: 5 }, perform() {} })
const sluice = createSluice({ database: database.pool, jobs: [mail] })
const byName = createSluice({ database: database.pool })
const quiet = () => {}
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }
const app = createApp({ sluice: byName, apiKey: "key", log })
const send = (method: string, path: string, body: unknown) =>
  app.request(path, {
    method,
    headers: { authorization: "Bearer key", "content-type": "application/json" },
    body: JSON.stringify(body),
  })
const stored = async () => (await database.rows("select count(*)::int as n from sluice.jobs"))[0].n
const full = { name: "WaitingLimitError", code: "queue_full", target: "small", waiting: 3 }

beforeEach(async () => {
  await database.pool.query(
    "truncate sluice.jobs, sluice.finished, sluice.further_keys, sluice.waiting_limits",
  )
  await sluice.limitQueue("small", { waiting: 3 })
})

const WAYS: Record<string, () => Promise<unknown>> = {
  "one by one": () => byName.enqueue("any", {}, { queue: "small" }),
  "with other options": () => byName.enqueue("any", {}, { queue: "small", tags: ["a"] }),
  "with keys": () => byName.enqueue("any", {}, { queue: "small", concurrencyKey: "k" }),
  later: () => byName.enqueue("any", {}, { queue: "small", delay: 60 }),
  "from SQL": () => database.rows(`select sluice.enqueue('any', '{}', '{"queue": "small"}')`),
  "over HTTP": async () => send("POST", "/v1/jobs", { name: "any", options: { queue: "small" } }),
}
test.each(Object.keys(WAYS))(
  "what is enqueued %s is stored while the queue has room, and not beyond",
  async (way) => {
    for (let n = 0; n < 5; n++) await WAYS[way]?.().catch(() => {})
    expect(await stored()).toBe(3)
    await byName.enqueue("any", {}, { queue: "other" })
  },
)

test("a full queue refuses with a typed error, over HTTP with 429, and from SQL with a code of its own", async () => {
  await byName.enqueueMany(Array.from({ length: 3 }, () => ({ name: "any", options: { queue: "small" } })))
  await expect(byName.enqueue("any", {}, { queue: "small" })).rejects.toMatchObject(full)
  const response = await send("POST", "/v1/jobs", { name: "any", options: { queue: "small" } })
  expect([response.status, response.headers.get("content-type")]).toEqual([429, "application/problem+json"])
  expect(await response.json()).toMatchObject({
    code: "queue_full",
    detail: expect.stringContaining('"small"'),
  })
  await expect(WAYS["from SQL"]?.()).rejects.toMatchObject({ code: "SL011" })
})

test("of a batch that doesn't fit nothing is stored, not even in other queues", async () => {
  const jobs = [..."abcd"].map(() => ({ name: "any", options: { queue: "small" } }))
  await expect(byName.enqueueMany([{ name: "any" }, ...jobs])).rejects.toMatchObject(full)
  expect(await stored()).toBe(0)
})

test("a job that is there already takes no place, and neither does one whose transaction was rolled back", async () => {
  const options = { queue: "small", uniqueKey: "u" }
  await byName.enqueue("any", {}, options)
  const client = await database.pool.connect()
  await client.query("begin")
  for (const _ of "ab") await byName.enqueue("any", {}, { queue: "small", transaction: client })
  await client.query("rollback")
  client.release()
  for (const _ of "ab") await byName.enqueue("any", {}, { queue: "small" })
  expect(await byName.enqueue("any", {}, options)).toMatchObject({ status: "deduplicated" })
  expect(await stored()).toBe(3)
})

test("two transactions that are open at once don't both take the last place, and other queues don't wait", async () => {
  for (const _ of "ab") await byName.enqueue("any", {}, { queue: "small" })
  const client = await database.pool.connect()
  await client.query("begin")
  await byName.enqueue("any", {}, { queue: "small", transaction: client })
  const second = byName.enqueue("any", {}, { queue: "small" }).catch((error) => error)
  await eventually(async () =>
    expect(
      await database.rows(
        "select from pg_stat_activity where datname = current_database() and wait_event = 'advisory'",
      ),
    ).toHaveLength(1),
  )
  await byName.enqueue("any", {}, { queue: "other" })
  await client.query("commit")
  client.release()
  expect(await second).toMatchObject(full)
})

test("a place is free once a job has ended, and a retry or a move by hand is never refused", async () => {
  const jobs = Array.from({ length: 3 }, () => ({ name: "any", options: { queue: "small" } }))
  const [first] = await byName.enqueueMany(jobs)
  await byName.cancelJob(first?.id as string)
  const { id } = await byName.enqueue("any", {}, { queue: "small" })
  await byName.retryJob(first?.id as string)
  const { id: moved } = await byName.enqueue("any", {}, { queue: "other" })
  await byName.updateJob(moved, { queue: "small" })
  expect(await stored()).toBe(5)
  for (const gone of [id, moved]) await byName.cancelJob(gone)
  await expect(byName.enqueue("any", {}, { queue: "small" }), "they count").rejects.toMatchObject(full)
})

test("a limit counts what was there before it, can be read, and can be removed", async () => {
  await sluice.limitQueue("small", {})
  await byName.enqueueMany(Array.from({ length: 4 }, () => ({ name: "any", options: { queue: "small" } })))
  expect(await (await send("PUT", "/v1/queues/small/limits", { waiting: 3 })).json()).toEqual({
    name: "small",
    waiting: 3,
  })
  expect(await sluice.listQueues()).toMatchObject([{ name: "small", waitingLimit: 3 }])
  await expect(byName.enqueue("any", {}, { queue: "small" })).rejects.toMatchObject(full)
  await send("PUT", "/v1/queues/small/limits", {})
  await byName.enqueue("any", {}, { queue: "small" })
})

test("a queue with more jobs than its new limit stays full until the others have finished", async () => {
  await sluice.limitQueue("small", {})
  const jobs = Array.from({ length: 6 }, () => ({ name: "any", options: { queue: "small" } }))
  const ids = (await byName.enqueueMany(jobs)).map(({ id }) => id)
  await sluice.limitQueue("small", { waiting: 3 })
  await byName.cancelJobs({ ids: ids.slice(0, 3) })
  await expect(byName.enqueue("any", {}, { queue: "small" })).rejects.toMatchObject(full)
  await byName.cancelJob(ids[3] as string)
  await byName.enqueue("any", {}, { queue: "small" })
})

test("a queue is listed for its limit alone", async () => {
  expect(await sluice.listQueues()).toMatchObject([
    { name: "small", waitingLimit: 3, paused: false, ready: 0, blocked: 0 },
  ])
})

test("the limits of queues and keys are listed, over HTTP, too", async () => {
  await sluice.limitKey("smtp", { waiting: 2 })
  const limits = [
    { kind: "key", target: "smtp", waiting: 2 },
    { kind: "queue", target: "small", waiting: 3 },
  ]
  expect(await sluice.listLimits()).toEqual(limits)
  const response = await app.request("/v1/limits", { headers: { authorization: "Bearer key" } })
  expect(await response.json()).toEqual({ limits })
})

test("a concurrency key has a limit of its own", async () => {
  await sluice.limitKey("smtp", { waiting: 2 })
  for (const _ of "ab") await mail.enqueue({})
  await expect(mail.enqueue({})).rejects.toMatchObject({ code: "key_full", target: "smtp", waiting: 2 })
  await mail.enqueue({}, { concurrencyKey: "another" })
})
