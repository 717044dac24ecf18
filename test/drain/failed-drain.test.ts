import { defineJob, SchemaError } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
afterEach(() => database.pool.query("truncate sluice.jobs"))

const breaks = defineJob({
  name: "breaks",
  async perform() {
    await database.pool.query("alter function sluice.claim rename to claim_as_it_was")
  },
})
const ends = defineJob({
  name: "ends",
  async perform(_payload, { signal }) {
    await new Promise((resolve) => signal.addEventListener("abort", resolve))
    return "ended"
  },
})
const noop = defineJob({ name: "noop", perform() {} })
const { sluice, drainOnce } = drainable(database, [breaks, ends, noop])

test("a drain that fails for good writes what has ended, and gives back what it held", async () => {
  const { id } = await sluice.enqueue("ends", {})
  await sluice.enqueue("breaks", {})
  await expect(drainOnce()).rejects.toBeInstanceOf(SchemaError)
  expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded", result: "ended" })
  expect(await database.rows("select ending from sluice.drainers")).toEqual([{ ending: "closed" }])
  await database.pool.query("alter function sluice.claim_as_it_was rename to claim")
})

test("an onSettled that throws is reported and loses nothing", async () => {
  await sluice.enqueueMany([{ name: "noop" }, { name: "noop" }])
  const warnings: string[] = []
  const log = { debug() {}, info() {}, error() {}, warn: (line: string) => void warnings.push(line) }
  const onSettled = () => {
    throw new Error("the metrics are down")
  }
  expect(await drainOnce({ log, onSettled })).toMatchObject({ succeeded: 2, lost: 0 })
  expect(warnings).toEqual(["onSettled failed", "onSettled failed"])
})
