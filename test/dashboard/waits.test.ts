import { defineEvent, defineJob, type JobContext } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { readable, visitDashboard } from "./dashboard.ts"

const HOSTILE = `<script>alert(1)</script>"'&`

const database = await createDatabase()
const paid = defineEvent("order.paid")
const job = defineJob({
  name: "publish",
  perform: (_: { text?: string }, context: JobContext) => work(context),
})
const ship = defineJob({ name: "ship", on: [paid], async perform() {} })
let work: (context: JobContext) => Promise<unknown>
const { sluice, drainOnce } = drainable(database, [job, ship])
const operator = visitDashboard(sluice, "operator")
const reader = visitDashboard(sluice, "reader")

test("without waits, the page says how a job comes to wait", async () => {
  expect(readable((await reader.get("/waits")).text)).toContain("No job waits for an answer")
})

test("tokens, events and matches are shown as text", async () => {
  await job.enqueue({})
  work = ({ waitFor }) => waitFor(HOSTILE)
  await drainOnce()
  await job.enqueue({})
  work = ({ waitForEvent }) => waitForEvent(paid, { match: { note: HOSTILE } })
  await drainOnce()
  const { text } = await operator.get("/waits")
  expect(text).not.toContain("<script>alert")
  expect(readable(text)).toContain(`Token ${HOSTILE} publish`)
  expect(readable(text)).toContain("Event order.paid whose payload contains")
  expect(readable(text)).toContain("order.paid ship 1")
})

test("a token is completed with a value, once", async () => {
  const address = `/waits/complete?token=${encodeURIComponent(HOSTILE)}`
  expect(readable((await operator.get(address)).text)).toContain(`Complete ${HOSTILE}`)
  const { to } = await operator.post("/waits/complete", { token: HOSTILE, value: '{"approved": true}' })
  expect(to).toBe("/waits")
  const [{ value }] = await database.rows("select value from sluice.waits where token = $1", [HOSTILE])
  expect(value).toEqual({ approved: true })
  await operator.post("/waits/complete", { token: HOSTILE, value: '{"approved": false}' })
  const [again] = await database.rows("select value from sluice.waits where token = $1", [HOSTILE])
  expect(again.value).toEqual({ approved: true })
})

test("a value that is no JSON stays in its field, with the reason beside it", async () => {
  const { status, text } = await operator.post("/waits/complete", { token: "t", value: "yes </textarea>" })
  expect(status).toBe(422)
  expect(text).toContain('aria-invalid="true"')
  expect(text).toContain("yes &lt;/textarea&gt;")
  expect(readable(text)).toContain("This is not JSON")
})

test("a value with a number that JavaScript would change is refused", async () => {
  const { status, text } = await operator.post("/waits/complete", { token: "t", value: "[9007199254740993]" })
  expect(status).toBe(422)
  expect(readable(text)).toContain("JavaScript has no number 9007199254740993")
})

test("a reader can't complete a token", async () => {
  expect((await reader.get("/waits")).text).not.toContain("/waits/complete")
  expect((await reader.get("/waits/complete?token=t")).status).toBe(403)
  expect((await reader.post("/waits/complete", { token: "t", value: "" })).status).toBe(403)
})
