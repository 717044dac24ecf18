import { setTimeout as wait } from "node:timers/promises"
import { expect } from "vitest"
import { createSluice } from "../../packages/core/src/index.ts"
import { bundleFunctions } from "../../packages/local/src/bundle.ts"
import { createHost, type Host } from "../../packages/local/src/host.ts"
import { startSchedule } from "../../packages/local/src/schedule.ts"
import type { TestDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { makeTemporaryFolder } from "../support/temporary-folder.ts"

const MAX_DRAINERS = 4
const ROOT = new URL("../..", import.meta.url).pathname

export interface ChaosReport {
  enqueued: number
  finished: number
  kills: number
  freezes: number
  invocations: number
  mostAwake: number
  performedByTwo: number
  interrupted: number
  retried: number
}

/**
 * Enqueues jobs for so long while everything goes wrong that can on Lambda: processes are killed, frozen for longer
 * than the dead man's switch, run into their timeout; events are delivered twice, late, or refused; the schedule ticks
 * twice at once. Then lets the queue drain, and says what was seen.
 */
export async function runChaos(database: TestDatabase, seconds: number): Promise<ChaosReport> {
  await database.pool.query(SCHEMA)
  const folder = await makeTemporaryFolder()
  const lines: string[] = []
  const host = await startHost(database, folder.path, lines)
  const wake = async () => {
    await host.invoke("drain", "{}", { type: "Event" })
  }
  const sluice = createSluice({ database: database.pool, wake })
  const ticks = [1, 2].map(() =>
    startSchedule({ host, functionName: "drain", expression: "rate(5 seconds)", log: () => {} }),
  )
  const report = { enqueued: 0, kills: 0, freezes: 0, mostAwake: 0 }
  const until = Date.now() + seconds * 1_000
  try {
    await Promise.all([enqueueUntil(), disturbUntil(), countUntil()])
    await eventually(
      async () => expect(await database.rows("select id from sluice.jobs limit 1")).toEqual([]),
      60_000,
    )
    for (const tick of ticks) tick.stop()
    await isQuiet(host, lines)
    return { ...report, invocations: started(lines), ...(await findings(database)) }
  } finally {
    for (const tick of ticks) tick.stop()
    await host.close({ graceMs: 0 })
    await folder.remove()
  }

  async function enqueueUntil(): Promise<void> {
    while (Date.now() < until) {
      const jobs = Array.from({ length: 1 + random(20) }, () => ({
        name: "work",
        payload: { ms: random(300), failing: random(20) === 0 ? 1 : 0 },
        ...(random(3) === 0 && {
          options: { concurrencyKey: `key-${random(5)}`, concurrencyLimit: 3 },
        }),
      }))
      report.enqueued += (await sluice.enqueueMany(jobs)).length
      await wait(random(200))
    }
  }

  async function disturbUntil(): Promise<void> {
    while (Date.now() < until) {
      await wait(300 + random(1_200))
      for (let more = 0; more < MAX_DRAINERS; more++) await wake().catch(() => {}) // throttled
      const busy = host.processes().filter((process) => process.busy)
      const victim = busy[random(busy.length)]
      if (!victim) continue
      if (random(4) === 0) {
        report.freezes++
        process.kill(victim.pid, "SIGSTOP")
        void wait(5_000).then(() => signal(victim.pid, "SIGCONT"))
      } else {
        report.kills++
        signal(victim.pid, "SIGKILL")
      }
    }
  }

  async function countUntil(): Promise<void> {
    while (Date.now() < until) {
      const [{ awake }] = await database.rows("select sluice.count_awake() as awake")
      report.mostAwake = Math.max(report.mostAwake, awake)
      await wait(20)
    }
  }
}

async function startHost(database: TestDatabase, folder: string, lines: string[]): Promise<Host> {
  const { drain } = await bundleFunctions({
    root: ROOT,
    outDir: folder,
    functions: { drain: { handler: "test/chaos/fixtures/functions.drain", external: ["@aws-sdk/*"] } },
  })
  return createHost({
    functions: {
      drain: {
        ...drain,
        environment: { DATABASE_URL: database.url, MAX_DRAINERS: String(MAX_DRAINERS) },
        timeoutMs: 6_000,
        maxEnvironments: 3 * MAX_DRAINERS,
      },
    },
    log: (line) => lines.push(line),
    trouble: () => {
      const dice = random(10)
      if (dice === 0) return { throttled: true }
      if (dice === 1) return { copies: 2 }
      if (dice === 2) return { delayMs: random(2_000) }
      return {}
    },
  })
}

/** With no schedule any more: the last chain ends, and none begins. */
async function isQuiet(host: Host, lines: readonly string[]): Promise<void> {
  let before = -1
  await eventually(async () => {
    const isBusy = host.processes().some(({ busy }) => busy)
    const settled = !isBusy && started(lines) === before
    before = started(lines)
    if (!settled) await wait(2_500) // longer than an event is delayed
    expect(settled, "a chain goes on though the queue is empty").toBe(true)
  }, 40_000)
}

async function findings(database: TestDatabase) {
  const [row] = await database.rows(`
    select (select count(*)::int from sluice.finished) as finished,
           (select count(distinct id)::int from sluice.finished) as ids,
           (select count(*)::int from violations) as "performedByTwo",
           (select count(*)::int from sluice.executions where outcome = 'interrupted') as interrupted,
           (select count(*)::int from sluice.executions where outcome = 'retried') as retried`)
  const { ids, ...found } = row
  expect(found.finished, "jobs that finished more than once").toBe(ids)
  return found
}

function started(lines: readonly string[]): number {
  return lines.filter((line) => line.startsWith("START drain ")).length
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // gone already
  }
}

function random(below: number): number {
  return Math.floor(Math.random() * below)
}

const SCHEMA = `
create table running (job_id bigint, pid integer, began_at timestamptz default now());
create table violations (job_id bigint, pids integer[], at timestamptz default now());

create function begin_execution(p_job bigint, p_pid integer) returns void language plpgsql as $$
begin
  perform pg_advisory_xact_lock(77, p_job::integer);
  insert into violations (job_id, pids)
  select p_job, array_agg(r.pid) || p_pid from running r
  where r.job_id = p_job
    and exists (select from pg_stat_activity a where a.application_name = 'drainer-' || r.pid and a.datname = current_database())
    and exists (select from pg_stat_activity a where a.application_name = 'drainer-' || p_pid and a.datname = current_database())
  having count(*) > 0;
  insert into running (job_id, pid) values (p_job, p_pid);
end $$;

create function end_execution(p_job bigint, p_pid integer) returns void language sql as
  'delete from running where job_id = p_job and pid = p_pid';
`
