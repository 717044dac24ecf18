import { type BulkResult, createSluice, type Queryable } from "@sluice/core"
import { measureStorm, type Storm } from "../measure/measure-storm.ts"
import type { Run, Scenario } from "../scenario.ts"
import { rowSources } from "../system.ts"
import { sluice } from "../systems/sluice.ts"

const JOBS = 200_000
const STORM = 1_000_000
const FINISHED_A_DAY = 10_000_000
const DAYS = 7

const AHEAD = "now() - interval '1 hour'"
const NOW = "now()"
const TOMORROW = "now() + interval '1 day'"

// The peers can't pause a queue for all workers, know no names that nobody performs, and keep no history by day.
export const storms: Scenario = {
  isOnDemand: true,
  name: "storms",
  about:
    "Four drainers at work while a million jobs come due, are paused, resumed, canceled or retried, or lie ahead under a name that no drainer knows; and with a week of history, of which days are prepared and dropped meanwhile.",
  figure: "jobsPerSecond",
  variants: [
    variantOf("undisturbed", { jobs: JOBS, fill: (database, jobs) => store(database, jobs) }),
    variantOf("a million due at once", {
      jobs: JOBS,
      isMixed: true,
      async fill(database, jobs, run) {
        await store(database, jobs, { runAt: AHEAD })
        await store(database, run.jobs(STORM), { first: jobs, state: "scheduled" })
      },
    }),
    variantOf("a million of an unknown name ahead", {
      jobs: JOBS,
      async fill(database, jobs, run) {
        await store(database, run.jobs(STORM), { first: jobs, name: "unknown", runAt: AHEAD })
        await store(database, jobs)
      },
    }),
    variantOf("a million of another pool's name ahead", {
      jobs: JOBS,
      async fill(database, jobs, run) {
        await database.query("insert into sluice.definitions (name) values ('elsewhere')")
        await store(database, run.jobs(STORM), { first: jobs, name: "elsewhere", runAt: AHEAD })
        await store(database, jobs)
      },
    }),
    ...["", " with keys"].flatMap((keys) => [
      variantOf(`a million${keys} being paused ahead`, {
        jobs: JOBS,
        isMixed: true,
        async fill(database, jobs, run) {
          await store(database, run.jobs(STORM), {
            first: jobs,
            runAt: AHEAD,
            queue: "storm",
            hasKeys: keys !== "",
          })
          await store(database, jobs)
          await database.query("insert into sluice.pauses (kind, target) values ('queue', 'storm')")
        },
        meanwhile: (database) => createSluice({ database }).pauseQueue("storm"),
      }),
      variantOf(`a million${keys} being resumed`, {
        jobs: JOBS,
        isMixed: true,
        async fill(database, jobs, run) {
          await store(database, jobs, { runAt: AHEAD })
          await database.query("select sluice.pause_queue('storm')")
          await store(database, run.jobs(STORM), {
            first: jobs,
            state: "paused",
            queue: "storm",
            hasKeys: keys !== "",
          })
        },
        meanwhile: (database) => createSluice({ database }).resumeQueue("storm"),
      }),
    ]),
    variantOf("a million being canceled", {
      jobs: JOBS,
      async fill(database, jobs, run) {
        await store(database, run.jobs(STORM), {
          first: jobs,
          name: "bulk",
          state: "scheduled",
          runAt: TOMORROW,
        })
        await store(database, jobs)
      },
      meanwhile: (database) => changed(createSluice({ database }).cancelJobs({ name: "bulk" })),
    }),
    variantOf("a million being retried", {
      jobs: JOBS,
      async fill(database, jobs, run) {
        await storeDiscarded(database, { first: jobs, count: run.jobs(STORM) })
        await store(database, jobs)
      },
      meanwhile: (database) => changed(createSluice({ database }).retryJobs({ name: "bulk" })),
    }),
    variantOf("a week of history", { jobs: JOBS, fill: storeWithHistory }),
    variantOf("a week of history, days prepared and dropped", {
      jobs: JOBS,
      fill: storeWithHistory,
      meanwhile: prepareAndDropDays,
    }),
  ],
}

function variantOf(label: string, storm: Storm): Scenario["variants"][number] {
  return {
    label,
    systems: [sluice],
    maxRounds: 1,
    measure: (system, run) => measureStorm(system, run, storm),
  }
}

interface Stored {
  readonly first?: number
  readonly name?: string
  readonly queue?: string
  readonly state?: string
  readonly runAt?: string
  readonly hasKeys?: boolean
}

async function store(
  database: Queryable,
  count: number,
  { first = 0, name = "noop", queue = "default", state = "ready", runAt = NOW, hasKeys = false }: Stored = {},
): Promise<void> {
  const key = hasKeys ? "'key-' || i % 1000, 10, 1" : "null, null, null"
  for (const numbers of rowSources({ first, count })) {
    await database.query(
      `insert into sluice.jobs (name, payload, queue, state, run_at, concurrency_key, concurrency_limit, features)
       select '${name}', jsonb_build_object('n', i), '${queue}', '${state}', ${runAt}, ${key} from ${numbers}`,
    )
  }
}

async function storeDiscarded(database: Queryable, jobs: { first: number; count: number }): Promise<void> {
  for (const numbers of rowSources(jobs)) {
    await database.query(
      `insert into sluice.finished (id, enqueued_at, run_at, priority, attempts, state, name, queue, payload)
       select nextval('sluice.job_ids'), now(), now(), 0, 25, 'discarded', 'bulk', 'default', '{}' from ${numbers}`,
    )
  }
}

async function changed(done: Promise<BulkResult>): Promise<void> {
  const { matched, changed } = await done
  if (changed < matched) throw new Error(`Only ${changed} of ${matched} jobs were changed`)
}

/** The last week's jobs, as settles leave them, in the partitions of their days. */
async function storeWithHistory(database: Queryable, jobs: number, run: Run): Promise<void> {
  for (let ago = DAYS; ago > 0; ago--) {
    await database.query("select sluice.force_maintenance('30 days', now() - $1 * interval '1 day')", [ago])
    for (const numbers of rowSources({ count: run.jobs(FINISHED_A_DAY) }, 2_000_000)) {
      await database.query(
        `insert into sluice.finished (id, enqueued_at, run_at, started_at, finished_at, priority, duration_ms, drainer_id,
           attempts, state, name, queue, payload)
         select i, at.day, at.day, at.day, at.day, 0, 1, 1, 1, 'succeeded', 'noop', 'default', jsonb_build_object('n', i)
         from ${numbers}, (select date_trunc('day', now()) - interval '${ago} days' + interval '1 hour' as day) at`,
      )
    }
  }
  await database.query("select sluice.force_maintenance('30 days')")
  await store(database, jobs)
}

/** As a week goes by: each day the next one is prepared and the oldest is dropped. */
async function prepareAndDropDays(database: Queryable, stop: AbortSignal): Promise<void> {
  for (let days = 1; days <= DAYS && !stop.aborted; days++) {
    for (const step of ["prepare finished", "expire finished"]) {
      const piece = `sluice.run_maintenance('${step}', '${DAYS} days', now() + interval '${days} days')`
      let isDone = false
      while (!isDone && !stop.aborted) {
        const { rows } = await database.query(`select more, error from ${piece}`)
        isDone = rows[0].error === null && !rows[0].more
      }
    }
  }
}
