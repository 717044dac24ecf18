import { expect, test } from "vitest"
import { defineJob, type SetWakeUp } from "../../packages/core/src/index.ts"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

const MINUTE_MS = 60_000
const noop = defineJob({ name: "noop", perform() {} })

test("of two drainers that end at once, the one that looked later sets the wake-up later", async () => {
  const database = await createDatabase()
  const { drainOnce } = drainable(database, [noop])
  await noop.enqueue({}, { delay: "2h" })
  const set: (number | undefined)[] = []
  const first = held(set)
  const second = held(set)

  const firstDrain = drainOnce({ setWakeUp: first.setWakeUp })
  await first.isCalled
  await noop.enqueue({}, { delay: "10m" })
  const secondDrain = drainOnce({ setWakeUp: second.setWakeUp })
  await eventually(async () => {
    const waiting =
      "select from pg_stat_activity where datname = current_database() and wait_event = 'advisory'"
    expect(await database.rows(waiting), "the second waits for the first").toHaveLength(1)
  })
  second.letGo() // as it would be answered first
  first.letGo()
  await Promise.all([firstDrain, secondDrain])

  expect(set).toHaveLength(2)
  expect(set[1]).toBeGreaterThan(9 * MINUTE_MS)
  expect(set[1]).toBeLessThanOrEqual(10 * MINUTE_MS)
})

test("a drainer that leaves while another is at work leaves the wake-up to that one", async () => {
  const database = await createDatabase()
  let finish = () => {}
  const busy = defineJob({ name: "busy", perform: () => new Promise<void>((resolve) => (finish = resolve)) })
  const { drainOnce } = drainable(database, [noop, busy])
  const set: [string, number | undefined][] = []
  await busy.enqueue({})
  const atWork = drainOnce({ setWakeUp: async (dueInMs) => void set.push(["last", dueInMs]) })
  await eventually(async () => expect(await database.rows("select from sluice.claims")).toHaveLength(1))

  await drainOnce({ setWakeUp: async (dueInMs) => void set.push(["first", dueInMs]) })
  expect(set).toEqual([])
  finish()
  await atWork
  expect(set).toEqual([["last", undefined]])
})

/** Answers when it is let go. */
function held(set: (number | undefined)[]) {
  let called = () => {}
  let letGo = () => {}
  const isCalled = new Promise<void>((resolve) => (called = resolve))
  const isLetGo = new Promise<void>((resolve) => (letGo = resolve))
  const setWakeUp: SetWakeUp = async (dueInMs) => {
    called()
    await isLetGo
    set.push(dueInMs)
  }
  return { isCalled, letGo: () => letGo(), setWakeUp }
}
