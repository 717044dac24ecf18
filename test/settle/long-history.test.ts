import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const { sluice } = drainable(database, [defineJob({ name: "noop", perform() {} })])

/** Attempts 1 to `attempts` of a job, with as much text as is ever kept of one. */
async function jobThatFailed(attempts: number): Promise<string> {
  const { id } = await sluice.enqueue("noop", { text: "x".repeat(256_000) })
  await database.pool.query(
    `insert into sluice.failures (job_id, attempt, outcome, error_class, error_message, error_stack, ended_at)
     select $1, attempt, 'retried', 'Error', repeat('é', 2000), repeat(chr(1), 8000), now() + attempt * interval '1 ms'
     from generate_series(1, $2::integer) attempt`,
    [id, attempts],
  )
  return id
}

test("a job with 1,000 failed attempts is told in less than a megabyte, with its last errors", async () => {
  const job = await sluice.getJob(await jobThatFailed(1_000))
  expect(JSON.stringify(job).length).toBeLessThan(1_000_000)
  expect(job?.errorCount).toBe(1_000)
  expect(job?.errors.at(-1)?.attempt).toBe(1_000)
  expect(job?.errors.length).toBeGreaterThan(1)
})

test("all errors can be read, a page after the other", async () => {
  const id = await jobThatFailed(24)
  const attempts: number[] = []
  while (attempts.length < 24) {
    const page = await sluice.getJob(id, { errorsFrom: attempts.length })
    attempts.push(...(page?.errors ?? []).map(({ attempt }) => attempt))
  }
  expect(attempts).toEqual(Array.from({ length: 24 }, (_, at) => at + 1))
})

test("errors behind the last are none, and a place that is no number is refused", async () => {
  const id = await jobThatFailed(3)
  expect(await sluice.getJob(id, { errorsFrom: 3 })).toMatchObject({ errors: [], errorCount: 3 })
  await expect(sluice.getJob(id, { errorsFrom: -1 })).rejects.toMatchObject({ code: "invalid_option" })
  await expect(sluice.getJob(id, { errorsFrom: Number.NaN })).rejects.toMatchObject({
    code: "invalid_option",
  })
})
