import { defineEvent, defineJob, type JobContext } from "@sluice/core"
import { expect, test } from "vitest"
import { z } from "zod"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const paid = defineEvent("order.paid", z.object({ orderId: z.string() }))
const job = defineJob({ name: "job", perform: (_: object, context: JobContext) => work(context) })
const ship = defineJob({
  name: "ship",
  on: [paid],
  input: z.object({ orderId: z.string() }),
  async perform() {},
})
let work: (context: JobContext) => Promise<unknown>
const { sluice, drainOnce } = drainable(database, [job, ship])

test("what jobs wait for is listed by the job, page by page, with the token, or the event and its match", async () => {
  const first = await job.enqueue({}, { queue: "mail" })
  work = ({ waitFor }) => waitFor("approval/1", { timeout: "3d" })
  await drainOnce()
  const second = await job.enqueue({})
  work = ({ waitForEvent }) => waitForEvent(paid, { match: { orderId: "7" }, timeout: "1h" })
  await drainOnce()

  const token = { kind: "token", key: "approval/1", jobId: first.id, jobName: "job", queue: "mail" }
  const event = { kind: "event", event: "order.paid", match: { orderId: "7" }, jobId: second.id }
  const waits = [
    { ...token, waiting: true, since: expect.any(Date), until: expect.any(Date) },
    { ...event, waiting: true, until: expect.any(Date) },
  ]
  expect(await sluice.listWaits()).toMatchObject({ waits })
  const page = await sluice.listWaits({ limit: 1 })
  expect(page).toMatchObject({ waits: waits.slice(0, 1), next: expect.any(String) })
  expect((await sluice.listWaits({ limit: 1, after: page.next as string })).waits).toMatchObject([event])
})

test("the events are listed with those who subscribe, and how many jobs wait", async () => {
  expect(await sluice.listEvents()).toEqual([{ name: "order.paid", subscribers: ["ship"], waiting: 1 }])
})

test("a wait that was completed is listed no more", async () => {
  await sluice.completeWait("approval/1")
  await sluice.emit(paid, { orderId: "7" })
  expect((await sluice.listWaits()).waits).toEqual([])
})

test("what isn't a place is refused", async () => {
  for (const after of ["x", "1", "/a", "1/"])
    await expect(sluice.listWaits({ after })).rejects.toThrow(/the last `next`/)
})
