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

test("jobs that come while a batch is performed begin another call only if there is a place", async () => {
  const enough = new AbortController()
  perform = async () => {
    if (calls.length > 1) return enough.abort()
    await sluice.enqueue(shelve, { shelf: "a" })
    await expect
      .poll(() => calls.length, { timeout: 1_500 })
      .toBe(2)
      .catch(() => {}) // the drainer listens
    calls.push([])
  }
  await sluice.enqueue(shelve, { shelf: "a" })
  await drainOnce({ concurrency: 1, linger: "1m", signal: enough.signal })
  expect(calls).toEqual([["a"], [], ["a"]])
})

test("a drainer that knows a large batch claims few of the other jobs ahead", async () => {
  await sluice.enqueueMany(Array.from({ length: 300 }, () => ({ name: "slow", payload: {} })))
  const { claimed, succeeded } = await drainOnce({ concurrency: 5 })
  expect(succeeded).toBe(300)
  expect(claimed).toBeLessThan(600)
})
