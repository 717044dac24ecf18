import { InvalidPayloadError } from "@sluice/core"
import { expect, test } from "vitest"
import { useJobs } from "./jobs.ts"

const jobs = await useJobs()

test("a sleep job lasts as long as its payload says", async () => {
  const job = await jobs.perform("sleep", { ms: 120 })
  expect(job).toMatchObject({ state: "succeeded", result: null })
  expect(job.durationMs).toBeGreaterThanOrEqual(118)
})

test("sleep ends when its timeout aborts it", async () => {
  const startedAt = Date.now()
  const job = await jobs.perform("sleep", { ms: 600_000 }, { timeout: "100ms" })
  expect(job).toMatchObject({ state: "scheduled", errors: [{ class: "TimeoutError" }] })
  expect(Date.now() - startedAt).toBeLessThan(10_000)
})

test("sleep takes 0 to 15 minutes", async () => {
  await jobs.enqueue("sleep", { ms: 0 })
  await jobs.enqueue("sleep", { ms: 900_000 }, { delay: "1d" })
  for (const payload of [{ ms: -1 }, { ms: 900_001 }, { ms: "1" }, { ms: 1, more: 2 }, {}, []]) {
    await expect(jobs.enqueue("sleep", payload)).rejects.toThrow(InvalidPayloadError)
  }
})
