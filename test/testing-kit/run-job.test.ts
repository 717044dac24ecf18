import { setTimeout as wait } from "node:timers/promises"
import { Discard, defineJob, WaitTimeoutError } from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { createKit } from "./kit.ts"

class SmtpError extends Error {}

const performed: string[] = []
beforeEach(() => {
  performed.length = 0
})

const double = defineJob({
  name: "double",
  perform: (number: number) => {
    performed.push(`double ${number}`)
    return { result: 2 * number }
  },
})
const fails = defineJob({
  name: "fails",
  perform: ({ forGood }: { forGood: boolean }) => {
    if (forGood) throw new Discard("never")
    throw new SmtpError("busy")
  },
})
const slow = defineJob({
  name: "slow",
  async perform(_: object, { sleep, step }) {
    const first = await step("first", () => Date.now())
    await sleep("2d")
    return { days: Math.round((Date.now() - first) / 86_400_000) }
  },
})
const long = defineJob({
  name: "long",
  async perform(_: object, { cursor, signal }) {
    await cursor("hundred", 0, async (position: number) => {
      await wait(10, undefined, { signal })
      performed.push(`${position}`)
      return position < 99 ? position + 1 : undefined
    })
  },
})
const asks = defineJob({
  name: "asks",
  perform: async (_: object, { waitFor, id }) => void (await waitFor(`answer ${id}`, { timeout: "3d" })),
})
const limited = defineJob({ name: "limited", concurrency: { key: "one", limit: 1 }, perform: () => {} })
const { sluice, runJob, drain, drainAll } = await createKit({
  jobs: [double, fails, slow, asks, long, limited],
})

test("runJob performs that job alone and returns its result", async () => {
  await double.enqueue(1)
  expect(await runJob(double, 21)).toEqual({ result: 42 })
  expect(performed).toEqual(["double 21"])
  await drainAll()
  expect(performed).toEqual(["double 21", "double 1"])
})

test("runJob throws what the job has thrown, and leaves it for a retry", async () => {
  await expect(runJob(fails, { forGood: false })).rejects.toBeInstanceOf(SmtpError)
  expect((await sluice.listJobs({ name: "fails", state: "scheduled" })).jobs).toHaveLength(1)
  await expect(runJob(fails, { forGood: true })).rejects.toBeInstanceOf(Discard)
})

test("runJob moves the clock while the job sleeps or is delayed", async () => {
  expect(await runJob(slow, {}, { delay: "5d" })).toEqual({ days: 2 })
})

test("runJob moves the clock to where a wait times out", async () => {
  await expect(runJob(asks, {})).rejects.toBeInstanceOf(WaitTimeoutError)
})

test("runJob says why a job was not performed", async () => {
  await sluice.pauseName("double")
  await expect(runJob(double, 1)).rejects.toThrow(
    /The job "double" \(\d+\) is still blocked: is its name paused\?/,
  )
  await sluice.resumeName("double")
  await runJob(double, 1, { idempotencyKey: "once" })
  await expect(runJob(double, 1, { idempotencyKey: "once" })).rejects.toThrow(
    /The job "double" wasn't enqueued: it is deduplicated/,
  )
})

test("a drain with a deadline ends in time, and further ones continue the job", async () => {
  await long.enqueue({})
  const summary = await drain({ deadlineMs: 1_000, names: ["long"] })
  expect(summary).toMatchObject({ snoozed: 1, succeeded: 0 })
  expect(performed.length).toBeLessThan(99)
  const { drains, succeeded } = await drainAll({ deadlineMs: 1_000, names: ["long"] })
  expect(succeeded).toBe(1)
  expect(drains).toBeGreaterThan(1)
  expect(new Set(performed).size).toBe(100)
})
