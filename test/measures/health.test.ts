import { defineJob } from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
let whileRunning = async () => {}
const { sluice, drainOnce } = drainable(database, [
  defineJob({ name: "any", perform: () => whileRunning() }),
  defineJob({
    name: "fails",
    maxAttempts: 1,
    perform() {
      throw new Error("always")
    },
  }),
])

beforeEach(async () => {
  await database.rows("truncate sluice.jobs, sluice.drainers, sluice.noted_measures, sluice.measures")
  whileRunning = async () => {}
})

test("a queue without jobs is healthy, and so is one whose jobs have only just become due", async () => {
  expect(await sluice.getHealth()).toEqual({ verdict: "healthy", reasons: [], at: expect.any(Date) })
  await sluice.enqueue("any", {})
  expect(await sluice.getHealth()).toMatchObject({ verdict: "healthy" })
})

test("it is late when a ready job has been due for a minute while a drainer is at work, and failing after 15", async () => {
  await dueFor("2 minutes")
  let seen: unknown[] = []
  whileRunning = async () => {
    await dueFor("2 minutes")
    const late = await sluice.getHealth()
    await dueFor("20 minutes")
    seen = [late, await sluice.getHealth(), await sluice.getHealth({ lateAfter: "1h", failingAfter: "2h" })]
    await database.rows(
      "delete from sluice.jobs where state = 'ready' and fence = 0 and not exists (select from sluice.running_jobs() r where r.job_id = id)",
    )
  }
  await drainOnce({ concurrency: 1 })
  expect(seen).toMatchObject([
    { verdict: "late", reasons: [{ code: "oldest_ready", limit: 60_000 }] },
    { verdict: "failing", reasons: [{ code: "oldest_ready", limit: 900_000 }] },
    { verdict: "healthy", reasons: [] },
  ])
})

test("it is failing when jobs wait and no drainer is at work for a minute", async () => {
  await drainOnce()
  await dueFor("2 minutes")
  expect((await sluice.getHealth()).reasons.map(({ code }) => code)).toEqual(["oldest_ready"])
  await database.rows(
    "update sluice.drainers set started_at = now() - interval '3 minutes', ended_at = now() - interval '2 minutes'",
  )
  expect(await sluice.getHealth()).toMatchObject({
    verdict: "failing",
    reasons: [
      {
        code: "no_drainer",
        verdict: "failing",
        message: "Jobs are due, and no drainer has been at work for 120 s",
      },
      { code: "oldest_ready", verdict: "late" },
    ],
  })
})

test("it is failing when more than half of the last executions failed, unless they are few", async () => {
  await sluice.enqueueMany(Array.from({ length: 12 }, () => ({ name: "fails" })))
  await sluice.enqueueMany(Array.from({ length: 8 }, () => ({ name: "any" })))
  await drainOnce()
  expect(await sluice.getHealth()).toMatchObject({
    verdict: "failing",
    reasons: [
      { code: "failure_rate", value: 0.6, limit: 0.5, message: "12 of the last 20 executions failed" },
    ],
  })
  expect(await sluice.getHealth({ failureRate: 0.6 })).toMatchObject({ verdict: "healthy" })
  expect(await sluice.getHealth({ leastExecutions: 21 })).toMatchObject({ verdict: "healthy" })
  await database.rows("update sluice.noted_measures set starts_at = starts_at - interval '17 minutes'")
  expect(await sluice.getHealth()).toMatchObject({ verdict: "healthy" })
  expect(await sluice.getHealth({ window: "1h" })).toMatchObject({ verdict: "failing" })
})

test("it is late when jobs wait for a drainer that knows their name", async () => {
  await database.rows("insert into sluice.jobs (name, state) values ('retired', 'unknown')")
  expect(await sluice.getHealth()).toMatchObject({
    verdict: "late",
    reasons: [
      {
        code: "unknown_names",
        value: 1,
        names: ["retired"],
        message: "1 job waits for a drainer that knows retired",
      },
    ],
  })
})

test("limits that mean nothing are refused", async () => {
  await expect(sluice.getHealth({ failureRate: 2 })).rejects.toThrow("failureRate is 2")
  await expect(sluice.getHealth({ lateAfter: "soon" as never })).rejects.toThrow("lateAfter is")
  await expect(sluice.getHealth({ late: "1m" } as never)).rejects.toThrow('no option "late"')
})

async function dueFor(time: string): Promise<void> {
  await database.rows(
    "insert into sluice.jobs (name, state, run_at) values ('any', 'ready', now() - $1::interval)",
    [time],
  )
}
