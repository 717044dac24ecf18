import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createKit } from "./kit.ts"

const mail = defineJob({ name: "mail", perform: (_: { to: string; lines?: { text: string }[] }) => {} })
const report = defineJob({
  name: "report",
  async perform({ month }: { month: number }) {
    await mail.enqueue({ to: `accounting ${month}` }, { queue: "slow", tags: ["report"] })
  },
})
const { sluice, assertEnqueued, drainAll } = await createKit({ jobs: [mail, report] })

test("a job that was enqueued is found by a part of its payload, before and after it was performed", async () => {
  const { id } = await mail.enqueue({ to: "ada", lines: [{ text: "Hello" }, { text: "Bye" }] })
  expect((await assertEnqueued(mail)).id).toBe(id)
  expect((await assertEnqueued(mail, { to: "ada" })).payload.lines?.length).toBe(2)
  await assertEnqueued(mail, { lines: [{ text: "Hello" }, { text: "Bye" }] })
  await assertEnqueued(mail, ({ to }) => to.startsWith("a"), { state: "ready", count: 1 })
  await drainAll()
  await assertEnqueued(mail, { to: "ada" }, { state: "succeeded" })
})

test("jobs that jobs enqueue are found, with their queue and tags", async () => {
  await report.enqueue({ month: 5 })
  await drainAll()
  const job = await assertEnqueued(mail, { to: "accounting 5" }, { queue: "slow", tag: "report", count: 1 })
  expect(job?.payload).toEqual({ to: "accounting 5" })
  expect(await assertEnqueued(mail, { to: "accounting 6" }, { count: 0 })).toBeUndefined()
})

test("a failure shows what was enqueued instead, the nearest first, and where it differs", async () => {
  await sluice.eraseJobs({ name: "mail" })
  await mail.enqueue({ to: "grace", lines: [{ text: "Hi" }] })
  await mail.enqueue({ to: "ada", lines: [{ text: "Hi" }] })
  await expect(assertEnqueued(mail, { to: "ada", lines: [{ text: "Hello" }] })).rejects.toThrow(
    /^Expected a job "mail" with {"to":"ada","lines":\[{"text":"Hello"}\]} to be enqueued, but none was\. Enqueued were instead, the nearest first:\n {2}ready \d+ {"to":"ada","lines":\[{"text":"Hi"}\]}: lines\[0\]\.text is "Hi" instead of "Hello"\n {2}ready \d+ {"to":"grace","lines":\[{"text":"Hi"}\]}: to is "grace" instead of "ada", lines\[0\]\.text is "Hi" instead of "Hello"$/,
  )
})

test("a failure tells of other states, other jobs, and of the wrong number", async () => {
  await sluice.eraseJobs({ name: "mail" })
  await sluice.eraseJobs({ name: "report" })
  await expect(assertEnqueued(mail)).rejects.toThrow("Nothing was enqueued at all")
  await report.enqueue({ month: 1 })
  await expect(assertEnqueued(mail)).rejects.toThrow('Enqueued were other jobs: 1 "report"')
  await expect(assertEnqueued(report, {}, { queue: "slow" })).rejects.toThrow(
    /, queue "slow" to be enqueued, but none was\. Enqueued under this name were:\n {2}ready \d+, queue "default"/,
  )
  await expect(assertEnqueued(report, {}, { count: 2 })).rejects.toThrow(
    /^Expected 2 jobs "report" with {} to be enqueued, but 1 was\. Enqueued were:\n {2}ready \d+ {"month":1}$/,
  )
})

test("it fails as an assertion does", async () => {
  await expect(assertEnqueued(mail, { to: "nobody" })).rejects.toMatchObject({
    name: "AssertionError",
    code: "ERR_ASSERTION",
  })
})
