import { defineJob, type SetWakeUp } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

const soon = new Date(Date.now() + 600_000)
const noop = defineJob({ name: "noop", perform() {} })

test("of two drainers that end at once, the one that looked later sets the wake-up later", async () => {
  const database = await createDatabase()
  const { drainOnce } = drainable(database, [noop])
  await noop.enqueue({}, { delay: "2h" })
  const set: (Date | undefined)[] = []
  const first = held(set)
  const second = held(set)

  const firstDrain = drainOnce({ setWakeUp: first.setWakeUp })
  await first.isCalled
  await noop.enqueue({}, { runAt: soon })
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
  expect(set[1]).toEqual(soon)
})

test("a drainer that leaves while another is at work leaves the wake-up to that one", async () => {
  const database = await createDatabase()
  let finish = () => {}
  const busy = defineJob({ name: "busy", perform: () => new Promise<void>((resolve) => (finish = resolve)) })
  const { drainOnce } = drainable(database, [noop, busy])
  const set: [string, Date | undefined][] = []
  await busy.enqueue({})
  const atWork = drainOnce({ setWakeUp: async (dueAt) => void set.push(["last", dueAt]) })
  await eventually(async () => expect(await database.rows("select from sluice.claims")).toHaveLength(1))

  await drainOnce({ setWakeUp: async (dueAt) => void set.push(["first", dueAt]) })
  expect(set).toEqual([])
  finish()
  await atWork
  expect(set).toEqual([["last", undefined]])
})

/** Answers when it is let go. */
function held(set: (Date | undefined)[]) {
  let called = () => {}
  let letGo = () => {}
  const isCalled = new Promise<void>((resolve) => (called = resolve))
  const isLetGo = new Promise<void>((resolve) => (letGo = resolve))
  const setWakeUp: SetWakeUp = async (dueAt) => {
    called()
    await isLetGo
    set.push(dueAt)
  }
  return { isCalled, letGo: () => letGo(), setWakeUp }
}
