import { readFile } from "node:fs/promises"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"
import { makeTemporaryFolder } from "../support/temporary-folder.ts"
import { addUp, spin } from "./thread-jobs.ts"

const database = await createDatabase()
const { sluice, drainOnce } = drainable(database, [spin, addUp])
const folder = await makeTemporaryFolder()
afterAll(() => folder.remove())
const until = join(folder.path, "never")

test("a computation that doesn't end is killed at its timeout, and its place is free", async () => {
  const { id } = await sluice.enqueue("spin", { until }, { timeout: "500ms", maxAttempts: 1 })
  const next = await sluice.enqueue("add-up", { numbers: [1], at: "2026-01-02T03:04:05Z" }, { priority: 1 })
  expect(await drainOnce({ concurrency: 1 })).toMatchObject({ discarded: 1, succeeded: 1, stuck: 0 })
  expect(await sluice.getJob(id)).toMatchObject({ attempts: 1, errors: [{ class: "TimeoutError" }] })
  expect(await sluice.getJob(next.id)).toMatchObject({ state: "succeeded" })
  expect(threads()).toBe(0)
  await database.rows("delete from sluice.jobs")
})

test("at the drain's deadline it is killed, and the job is released and keeps its attempt", async () => {
  const log = join(folder.path, "log")
  const { id } = await sluice.enqueue("spin", { until, log })
  const timeIsUp = new AbortController()
  const drained = drainOnce({ signal: timeIsUp.signal })
  await eventually(async () => expect(await readFile(log, "utf8")).toBe("began\n"))
  timeIsUp.abort()
  expect(await drained).toMatchObject({ snoozed: 1, stuck: 0, dueWork: true })
  expect(await sluice.getJob(id)).toMatchObject({ attempts: 0, errors: [] })
  expect(threads()).toBe(0)
  await database.rows("delete from sluice.jobs")
})

test("jobs that find every thread busy for long are released, and keep their attempt", async () => {
  const log = join(folder.path, "busy-log")
  const began = async () => (await readFile(log, "utf8")).split("\n").length - 1
  for (let n = 0; n < availableParallelism(); n++)
    await sluice.enqueue("spin", { until, log }, { priority: -1 })
  const { id } = await sluice.enqueue("spin", { until, log }, { timeout: "2s" })
  const stop = new AbortController()
  const drained = drainOnce({ signal: stop.signal })
  await eventually(async () => expect(await sluice.getJob(id)).toMatchObject({ state: "scheduled" }))
  await eventually(async () => expect(await began()).toBe(availableParallelism()))
  expect(threads()).toBe(availableParallelism())
  expect(await sluice.getJob(id)).toMatchObject({ attempts: 0, errors: [] })
  stop.abort()
  await drained
  expect(await began()).toBe(availableParallelism())
  expect(threads()).toBe(0)
})

/** Worker threads of this process that are there still. */
function threads(): number {
  return (process.report.getReport() as { workers: unknown[] }).workers.length
}
