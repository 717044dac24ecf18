import { createSluice, defineJob, drain, type Sluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const objects = new Map<string, Uint8Array>()
const store = {
  put: async (key: string, bytes: Uint8Array) => void objects.set(key, bytes),
  get: async (key: string) => objects.get(key),
}
const jobs = [
  defineJob({
    name: "fails",
    maxAttempts: 1,
    perform() {
      throw new Error("broken")
    },
  }),
  defineJob({ name: "returns", perform: () => ({ text: "y".repeat(2_000) }) }),
]
const sluice: Sluice = createSluice({ database: database.pool, jobs, payloads: { store, over: "1KB" } })
const drainOnce = () => drain(sluice, { connect: database.connect })

test("a finished job is deleted with its errors, its payload and its result", async () => {
  const { id: returned } = await sluice.enqueue("returns", { text: "x".repeat(2_000) })
  const { id: failed } = await sluice.enqueue("fails", {}, { uniqueKey: "u" })
  await drainOnce()
  await sluice.retryJob(failed)
  await drainOnce()
  const keys = [...objects.keys()].toSorted()
  expect(keys).toHaveLength(2)

  await sluice.deleteJob(returned)
  await sluice.deleteJob({ name: "fails", uniqueKey: "u" })
  for (const id of [returned, failed]) expect(await sluice.getJob(id)).toBeUndefined()
  for (const table of ["finished", "failures", "payloads", "stored_results", "retries"])
    expect(await database.rows(`select * from sluice.${table}`), table).toEqual([])
  expect(await database.rows("select store_key from sluice.superfluous_objects order by 1")).toEqual(
    keys.map((store_key) => ({ store_key })),
  )
  await expect(sluice.deleteJob(failed)).rejects.toMatchObject({ code: "job_not_found" })
})

test("a job that has not finished is refused", async () => {
  const { id } = await sluice.enqueue("fails", {}, { delay: "1h" })
  await expect(sluice.deleteJob(id)).rejects.toMatchObject({
    code: "job_not_finished",
    message: `Job ${id} has not finished: cancel it first`,
  })
})
