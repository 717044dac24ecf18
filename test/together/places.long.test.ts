import { defineJob } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

interface Book {
  readonly shelf: string
}

const database = await createDatabase()
const calls: string[][] = []
let perform: () => Promise<unknown>

const shelve = defineJob({
  name: "shelve",
  batch: { size: 100, by: ({ shelf }: Book) => shelf },
  async performMany(books: readonly Book[]) {
    calls.push(books.map(({ shelf }) => shelf))
    await perform()
  },
})
const slow = defineJob({ name: "slow", perform: () => new Promise((resolve) => setTimeout(resolve, 20)) })
const { sluice, drainOnce } = drainable(database, [shelve, slow])

afterEach(() => {
  calls.length = 0
})

test("jobs that come while others are performed begin another call only if there is a place", async () => {
  const enough = new AbortController()
  const secondDone = Promise.withResolvers<void>()
  let running = 0
  let most = 0
  perform = async () => {
    const call = calls.length
    most = Math.max(most, ++running)
    if (call < 3) await sluice.enqueue(shelve, { shelf: "a" })
    if (call === 1) await secondDone.promise
    if (call === 2) {
      await expect
        .poll(() => calls, { timeout: 1_500 })
        .toHaveLength(3)
        .catch(() => {}) // the drainer listens
      secondDone.resolve()
    }
    if (call === 3) enough.abort()
    running--
  }
  await sluice.enqueue(shelve, { shelf: "a" })
  await drainOnce({ concurrency: 2, linger: "1m", signal: enough.signal })
  expect(calls).toEqual([["a"], ["a"], ["a"]])
  expect(most).toBe(2)
})

test("a drainer that knows a large batch claims few of the other jobs ahead", async () => {
  await sluice.enqueueMany(Array.from({ length: 300 }, () => ({ name: "slow", payload: {} })))
  const { claimed, succeeded } = await drainOnce({ concurrency: 5 })
  expect(succeeded).toBe(300)
  expect(claimed).toBeLessThan(600)
})
