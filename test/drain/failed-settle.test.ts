import { setImmediate as turn } from "node:timers/promises"
import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { traced } from "./traced.ts"

const database = await createDatabase()

test("a drain ends with the error of a settle that it didn't wait for, writes what has been performed since, and releases what it held", async () => {
  const noop = defineJob({ name: "noop", perform() {} })
  const { sluice, drainOnce } = drainable(database, [noop])
  await sluice.enqueueMany(Array.from({ length: 2_000 }, () => ({ name: "noop" })))
  const failed = Promise.withResolvers<void>()
  // the second batch is settled beside the third claim
  const connect = traced(database, async ({ what, when, number }) => {
    if (what === "settle" && when === "answered" && number === 2) {
      failed.resolve()
      throw new Error("the answer can't be read")
    }
    if (what === "claim" && when === "answered" && number === 3) {
      await failed.promise
      await turn()
    }
  })

  await expect(drainOnce({ connect, concurrency: 500 })).rejects.toThrow("the answer can't be read")
  expect(await database.rows("select ending from sluice.drainers")).toEqual([{ ending: "closed" }])
  expect(await drainOnce()).toMatchObject({ succeeded: 500, dueWork: false })
})

test("a drain that is told to stop at that moment ends with the error, too", async () => {
  const stop = new AbortController()
  const noop = defineJob({ name: "noop", perform() {} })
  const { sluice, drainOnce } = drainable(database, [noop])
  await sluice.enqueueMany(Array.from({ length: 2_000 }, () => ({ name: "noop" })))
  const connect = traced(database, async ({ what, when, number }) => {
    if (what === "settle" && when === "answered" && number === 2) {
      stop.abort()
      throw new Error("the answer can't be read")
    }
  })
  await expect(drainOnce({ connect, concurrency: 500, signal: stop.signal })).rejects.toThrow(
    "the answer can't be read",
  )
})
