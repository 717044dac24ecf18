import { defineEvent, defineJob, type JobContext } from "@sluice/core"
import { expect, test } from "vitest"
import { z } from "zod"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { readable, visitDashboard } from "./dashboard.ts"

const HOSTILE = `<script>alert(1)</script>"'&`

const database = await createDatabase()
const paid = defineEvent("order.paid", z.object({ orderId: z.number() }))
const ship = defineJob({ name: "ship", on: [paid], async perform() {} })
const waiter = defineJob({
  name: "waiter",
  perform: (_: object, { waitForEvent }: JobContext) => waitForEvent(paid),
})
const { sluice, drainOnce } = drainable(database, [ship, waiter])
const operator = visitDashboard(sluice, "operator")

test("events that are known are offered, also beside each in the list", async () => {
  await waiter.enqueue({})
  await drainOnce()
  expect((await operator.get("/waits")).text).toContain('href="/waits/emit?event=order.paid"')
  const { text } = await operator.get("/waits/emit")
  expect(text).toContain('href="/waits/emit?event=order.paid"')
})

test("the form says whom the event reaches before it is sent", async () => {
  const { text } = await operator.get("/waits/emit?event=order.paid")
  expect(readable(text)).toContain("Enqueues: ship 1 job waits for it")
  const nobody = await operator.get("/waits/emit?event=order.lost")
  expect(readable(nobody.text)).toContain("Nobody subscribes to this event or waits for it")
})

test("what can't be the name of an event is refused before there is a payload to write, and stays in its field", async () => {
  for (const event of ["order paid", HOSTILE, "x".repeat(200)]) {
    const { status, text } = await operator.get(`/waits/emit?event=${encodeURIComponent(event)}`)
    expect({ event, status }).toEqual({ event, status: 422 })
    expect(text).toContain('id="field-event-error"')
    expect(text).not.toContain('name="payload"')
    expect(text).not.toContain("<script>alert")
    expect(readable(text)).toContain("give 1 to 128 letters, digits")
  }
  expect((await operator.get("/waits/emit?event=order%20paid")).text).toContain('value="order paid"')
})

test("a payload that the event's schema refuses stays in its field, with the reason", async () => {
  for (const payload of ['{"orderId": "x"}', "{"]) {
    const { status, text } = await operator.post("/waits/emit", { event: "order.paid", payload })
    expect(status).toBe(422)
    expect(text).toContain('id="field-payload-error"')
    expect(readable(text)).toContain(payload)
  }
  const bad = await operator.post("/waits/emit", { event: HOSTILE, payload: "{}" })
  expect(bad.status).toBe(422)
  expect(bad.text).not.toContain("<script>alert")
  expect(await database.rows("select from sluice.jobs where name = 'ship'")).toEqual([])
})

test("an emitted event enqueues and resumes, once for a form that is sent twice, and says how many", async () => {
  const form = { event: "order.paid", payload: '{"orderId": 17}', once: "5f0c" }
  const first = await operator.post("/waits/emit", form)
  expect(first).toMatchObject({ status: 303, to: "/waits" })
  await operator.post("/waits/emit", form)
  const jobs = await database.rows("select payload from sluice.jobs where name = 'ship'")
  expect(jobs.map(({ payload }) => payload)).toEqual([{ orderId: 17 }])
  await drainOnce()
  expect(await database.rows("select from sluice.jobs where name = 'waiter'")).toEqual([])
  const { actions } = await sluice.listActions({ action: "emit" })
  expect(actions[0]).toMatchObject({ via: "dashboard", target: { event: "order.paid" } })
})

test("a form that is sent again after going back and editing it emits what it says then", async () => {
  const form = { event: "order.paid", payload: '{"orderId": 18}', once: "77aa" }
  await operator.post("/waits/emit", form)
  await operator.post("/waits/emit", { ...form, payload: '{"orderId": 19}' })
  const jobs = await database.rows("select payload from sluice.jobs where name = 'ship' order by id")
  expect(jobs.map(({ payload }) => payload)).toEqual([{ orderId: 18 }, { orderId: 19 }])
  await drainOnce()
})

test("a reader is neither shown how to emit, nor may", async () => {
  const reader = visitDashboard(sluice, "reader")
  expect((await reader.get("/waits")).text).not.toContain("/waits/emit")
  expect((await reader.get("/waits/emit")).status).toBe(403)
  expect((await reader.post("/waits/emit", { event: "order.paid", payload: '{"orderId": 20}' })).status).toBe(
    403,
  )
  expect(await database.rows("select from sluice.jobs where payload = '{\"orderId\": 20}'")).toEqual([])
})
