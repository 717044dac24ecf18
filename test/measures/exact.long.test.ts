import { Discard, defineJob, Snooze } from "@sluice/core"
import fc from "fast-check"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const names = ["report", "mail"]
const queues = ["default", "slow"]
const { sluice, drainOnce } = drainable(
  database,
  names.map((name) =>
    defineJob({
      name,
      maxAttempts: 2,
      backoff: "1ms",
      perform({ does }: { does: string }, { attempt }) {
        if (does === "fails") throw new Error("always")
        if (does === "fails once" && attempt === 1) throw new Error("once")
        if (does === "is discarded") throw new Discard("no use")
        if (does === "snoozes" && attempt === 1) throw new Snooze("1h")
      },
    }),
  ),
)
const job = fc.record({
  name: fc.constantFrom(...names),
  queue: fc.constantFrom(...queues),
  does: fc.constantFrom("succeeds", "fails", "fails once", "is discarded", "snoozes"),
})
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ jobs: fc.array(job, { minLength: 1, maxLength: 30 }) }) },
  { weight: 1, arbitrary: fc.constant("sum up" as const) },
)

test("whenever they are summed up, the measures of drains that nobody kills are the executions of the history", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      for (const step of steps) {
        if (step === "sum up") await database.rows("select * from sluice.run_maintenance('sum up measures')")
        else await perform(step.jobs)
      }
      expect(await measured()).toEqual(await recorded())
      expect(await measuredByQueue()).toEqual(await recordedByQueue())
    }),
    { numRuns: 12 },
  )
})

async function perform(jobs: { name: string; queue: string; does: string }[]): Promise<void> {
  await sluice.enqueueMany(
    jobs.map(({ name, queue, does }) => ({ name, payload: { does }, options: { queue } })),
  )
  await drainOnce()
  await database.rows("update sluice.jobs set run_at = now() where state = 'scheduled' and attempts = 1")
  await drainOnce()
}

async function measured() {
  const until = new Date(Date.now() + 3_600_000)
  const since = new Date(Date.now() - 3 * 3_600_000)
  const found = await sluice.listNames({ since, until })
  return found.map(({ name, executions, succeeded, retried, discarded, snoozed, queues }) => ({
    name,
    executions,
    succeeded,
    retried,
    discarded,
    snoozed,
    queues: queues.toSorted(),
  }))
}

async function measuredByQueue() {
  const { series } = await sluice.listSeries({ since: new Date(Date.now() - 3_600_000), step: "10m" })
  return series.map(({ of, executions, failures }) => ({
    of,
    executions: sum(executions),
    failures: sum(failures),
  }))
}

/** A snooze leaves no trace in the history: the job counts it as no attempt, and waits. */
const EXECUTIONS = `
  select name, queue, state as outcome from sluice.finished where state = 'succeeded'
  union all
  select j.name, j.queue, outcome from sluice.failures join (
    select id, name, queue from sluice.finished union all select id, name, queue from sluice.jobs) j on j.id = failures.job_id
  union all
  select name, queue, 'snoozed' from sluice.jobs where payload->>'does' = 'snoozes' and state = 'scheduled'`

function recorded() {
  return database.rows(`
    select name, count(*)::integer as executions, count(*) filter (where outcome = 'succeeded')::integer as succeeded,
           count(*) filter (where outcome = 'retried')::integer as retried,
           count(*) filter (where outcome = 'discarded')::integer as discarded,
           count(*) filter (where outcome = 'snoozed')::integer as snoozed, array_agg(distinct queue order by queue) as queues
    from (${EXECUTIONS}) e group by name order by name`)
}

function recordedByQueue() {
  return database.rows(`
    select queue as of, count(*)::integer as executions,
           count(*) filter (where outcome in ('retried', 'discarded'))::integer as failures
    from (${EXECUTIONS}) e group by queue order by queue`)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}
