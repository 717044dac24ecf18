import { defineJob, Snooze } from "@sluice/core"
import { createPerformHandler, http } from "@sluice/http"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { KEY, newEvent, signatureHeaders, startEndpoint } from "./endpoint.ts"

let performed = 0
let deadlineAt = new Date(0)
const job = defineJob({
  name: "job",
  perform(_payload, context) {
    performed++
    deadlineAt = context.deadlineAt
    context.signal.throwIfAborted()
    if (performed === 1) throw new Snooze("1s")
  },
})
const event = newEvent()

/** What a drainer sends, as its endpoint gets it. */
function signed(id: string, content: object, atMs = Date.now()): Request {
  const body = JSON.stringify(content)
  const headers = signatureHeaders(body, { id, atMs })
  return new Request("http://127.0.0.1/perform", { method: "POST", headers, body })
}

const statusOf = async (response: Promise<Response>) => (await response).status

test("a request that is sent again is performed once", async () => {
  const handle = createPerformHandler({ jobs: [job], key: KEY })
  const before = performed
  const request = signed("execution-1", event)
  const statuses = [request.clone(), request.clone(), request].map((each) => statusOf(handle(each)))
  expect((await Promise.all(statuses)).slice(1)).toEqual([409, 409])
  expect(performed - before).toBe(1)
})

test("processes that share a memory refuse what another one has performed", async () => {
  const seen = new Set<string>()
  const isFirst = async (id: string) => !seen.has(id) && Boolean(seen.add(id))
  const [one, other] = [1, 2].map(() => createPerformHandler({ jobs: [job], key: KEY, isFirst }))
  const request = signed("execution-2", event)
  await one?.(request.clone())
  expect(await other?.(request).then(({ status }) => status)).toBe(409)
})

test.each([
  ["whose time is over", { ...event, remainingMs: 0 }],
  [
    "that says only when it ended, in 1970",
    { ...event, remainingMs: undefined, deadlineAt: "1970-01-01T00:00:00Z" },
  ],
  ["that says no number", { ...event, remainingMs: "soon" }],
  ["of no job", { remainingMs: 1_000 }],
  ["that is nothing", []],
])("an event %s is refused, and nothing is performed", async (what, content) => {
  const handle = createPerformHandler({ jobs: [job], key: KEY })
  const before = performed
  expect(await statusOf(handle(signed(what, content)))).toBe(422)
  expect(performed).toBe(before)
})

test("an endpoint whose clock is 2 minutes ahead has the whole minute that the drainer gives", async () => {
  const handle = createPerformHandler({ jobs: [job], key: KEY })
  const sentAtMs = Date.now() - 120_000
  const content = { ...event, deadlineAt: new Date(sentAtMs + 60_000).toISOString() }
  expect(await statusOf(handle(signed("execution-3", content, sentAtMs)))).toBe(200)
  expect(deadlineAt.getTime()).toBeGreaterThan(Date.now() + 50_000)
})

test("a job that comes back after a snooze is another execution, and is performed", async () => {
  const url = await startEndpoint(createPerformHandler({ jobs: [job], key: KEY }))
  const database = await createDatabase()
  const { sluice, drainOnce } = drainable(database, [
    defineJob({ name: "job", executor: http({ url, key: KEY }) }),
  ])
  performed = 0
  const { id } = await sluice.enqueue("job", {})
  expect(await drainOnce()).toMatchObject({ snoozed: 1 })
  await database.rows("update sluice.jobs set run_at = now()")
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded", attempts: 1 })
})
