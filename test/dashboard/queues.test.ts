import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { readable, visitDashboard } from "./dashboard.ts"

const database = await createDatabase()
const job = defineJob({ name: "welcome", queue: "mail", async perform() {} })
const { sluice, drainOnce } = drainable(database, [job])
const operator = visitDashboard(sluice, "operator")
const reader = visitDashboard(sluice, "reader")

test("without queues, the page says how one comes to be", async () => {
  const { status, text } = await operator.get("/queues")
  expect(status).toBe(200)
  expect(readable(text)).toContain("There are no queues yet")
})

test("each queue is listed with its counts, its pause and its limit", async () => {
  await drainOnce()
  await sluice.enqueueMany([
    { name: "welcome" },
    { name: "welcome", options: { delay: "1h" } },
    { name: "welcome", options: { queue: "reports/daily" } },
  ])
  await sluice.limitQueue("mail", { waiting: 12_345 })
  await sluice.pauseQueue("reports/daily", { for: "1h" })
  const { text } = await reader.get("/queues")
  expect(readable(text)).toMatch(/mail ≤ 12,345 1 1 0 0/)
  expect(readable(text)).toMatch(/reports\/daily Paused \(ends .*?\) 0 0 1 0/)
  expect(text).toContain('href="/queues/reports%2Fdaily"')
})

test("a queue's page leads to its jobs, and says who serves it and which names go there", async () => {
  const { status, text } = await reader.get("/queues/mail")
  expect(status).toBe(200)
  expect(text).toContain('href="/jobs?queue=mail&amp;state=ready"')
  expect(readable(text)).toContain("No drainer is alive that serves this queue")
  expect(readable(text)).toContain("Job names that go here by default welcome")
})

test("the names that go to a queue are found behind thousands of others", async () => {
  await database.rows("insert into sluice.definitions (name) select 'a' || n from generate_series(1, 1001) n")
  const { text } = await reader.get("/queues/mail")
  expect(readable(text)).toContain("Job names that go here by default welcome")
  await database.rows("delete from sluice.definitions where name ~ '^a'")
})

test("an unknown queue has a page that says so, whatever its name", async () => {
  const { status, text } = await reader.get("/queues/none")
  expect(status).toBe(404)
  expect(readable(text)).toContain("name the queue none")
  expect((await reader.get(`/queues/${encodeURIComponent("<b>")}`)).text).not.toContain("<b>")
})

test("a queue is paused with an end, resumed and limited", async () => {
  const pausedUntil = async () => (await sluice.sampleQueues({ name: "mail" }))[0]?.pausedUntil
  expect((await operator.post("/queues/mail/pause", { for: "4h" })).to).toBe("/queues/mail")
  expect((await pausedUntil())?.getTime()).toBeGreaterThan(Date.now() + 3.9 * 3_600_000)
  await operator.post("/queues/mail/resume")
  expect(await pausedUntil()).toBeNull()

  const limitOf = async () => (await sluice.sampleQueues({ name: "mail" }))[0]?.waitingLimit
  await operator.post("/queues/mail/limit", { waiting: "50" })
  expect(await limitOf()).toBe(50)
  await operator.post("/queues/mail/limit", { waiting: "-1" })
  await operator.post("/queues/mail/limit", { waiting: "1e3" })
  await operator.post("/queues/mail/limit", { waiting: "50; drop table jobs" })
  expect(await limitOf()).toBe(50)
  await operator.post("/queues/mail/limit", { waiting: "" })
  expect(await limitOf()).toBeNull()
})

test("a reader sees no forms, and is refused what they do", async () => {
  expect((await reader.get("/queues/mail")).text).not.toContain('action="/queues/')
  for (const verb of ["pause", "resume", "limit"])
    expect((await reader.post(`/queues/mail/${verb}`, { waiting: "1" })).status).toBe(403)
  expect((await sluice.listLimits()).length).toBe(0)
})
