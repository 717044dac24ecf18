import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const noop = defineJob({ name: "noop", perform() {} })
const setWakeUp = async () => {}

test("out of idle mode no wake-up is late", async () => {
  const { isLate } = await queue()
  await noop.enqueue({}, { delay: "1h" })
  expect(await isLate()).toBe(false)
})

test("the wake-up is late for the first delayed job, and for one before the next, not for one after it", async () => {
  const { drainOnce, isLate } = await queue()
  await drainOnce({ setWakeUp })
  expect(await isLate(), "with nothing to wake up for").toBe(false)
  await noop.enqueue({}, { delay: "1h" })
  expect(await isLate(), "for the first").toBe(true)

  expect(await drainOnce({ setWakeUp })).toMatchObject({
    dueWork: false,
    nextDueInMs: expect.closeTo(3_600_000, -5),
  })
  await noop.enqueue({}, { delay: "2h" })
  expect(await isLate(), "for a later one").toBe(false)
  await noop.enqueue({}, { delay: "30m" })
  expect(await isLate(), "for an earlier one").toBe(true)
})

test("while a wake-up is being set it may be late for whoever comes", async () => {
  const { drainOnce, isLate } = await queue()
  const answers: boolean[] = []
  await noop.enqueue({}, { delay: "1h" })
  await drainOnce({
    setWakeUp: async () => {
      await noop.enqueue({}, { delay: "2h" })
      answers.push(await isLate())
    },
  })
  answers.push(await isLate())
  expect(answers).toEqual([true, false])
})

test("a wake-up that could not be set, or has passed, is late for any job", async () => {
  const { database, drainOnce, isLate } = await queue()
  await noop.enqueue({}, { delay: "1h" })
  const warnings: unknown[] = []
  const log = { ...console, warn: (...warning: unknown[]) => void warnings.push(warning) }
  const summary = await drainOnce({ log, setWakeUp: () => Promise.reject(new Error("throttled")) })

  expect(summary).toMatchObject({ dueWork: false })
  expect(warnings).toEqual([[expect.stringContaining("could not be set"), { error: "throttled" }]])
  expect(await isLate()).toBe(true)

  await drainOnce({ setWakeUp })
  expect(await isLate()).toBe(false)
  await database.pool.query("update sluice.wake_ups set set_for = now() - interval '1 second'")
  expect(await isLate()).toBe(true)
})

async function queue() {
  const database = await createDatabase()
  const isLate = async () => (await database.rows("select sluice.kinds_late() <> '{}' as late"))[0].late
  return { database, isLate, ...drainable(database, [noop]) }
}
