import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { setTimeout as wait } from "node:timers/promises"
import { createSluice, type NewJob, type WorkerHealth } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { bundleFunctions, createHost, type Host, startSchedule } from "@sluice/local"
import pg from "pg"
import { expect, onTestFinished } from "vitest"
import { startCluster } from "../support/cluster.ts"
import { eventually } from "../support/eventually.ts"
import { startProxy } from "../support/proxy.ts"
import { makeTemporaryFolder } from "../support/temporary-folder.ts"
import { startWitness } from "./witness.ts"

const MAX_DRAINERS = 6
const WORKERS = 2
/** Storms leave a backlog that takes its time; it is stuck when not one job has finished for so long. */
const STUCK_AFTER_MS = 45_000
const QUEUES = ["default", "mail", "reports"]
const ROOT = new URL("../..", import.meta.url).pathname

type Storm =
  | "kill one"
  | "freeze one"
  | "kill half"
  | "terminate all"
  | "cut all"
  | "deafen half"
  | "restart fast"
  | "restart immediate"

/** How often each comes, as weights. */
const STORMS: Record<Storm, number> = {
  "kill one": 8,
  "freeze one": 4,
  "kill half": 4,
  "terminate all": 3,
  "cut all": 2,
  "deafen half": 3,
  "restart fast": 1,
  "restart immediate": 1,
}

export interface ChaosReport {
  enqueued: number
  /** Of those, the ones in the history. */
  finished: number
  finishedTwice: number
  /** Some of the jobs that were still there when nothing moved any more. */
  left: readonly unknown[]
  violations: readonly string[]
  mostAwake: number
  invocations: number
  interrupted: number
  retried: number
  storms: Record<Storm, number>
  /** Milliseconds from the last storm until nothing was left to do. */
  calmAfterMs: number
  workers: readonly WorkerHealth["state"][]
}

/**
 * Enqueues jobs for so long while everything goes wrong that can: processes are killed, alone and in numbers, or frozen
 * for longer than the dead man's switch; sessions are terminated, connections cut and deafened, Postgres restarted and
 * crashed; events are delivered twice, late, or refused; the schedule ticks twice at once; queues are paused and
 * resumed, and the limits of keys change. The server is at REPEATABLE READ. Then lets the queue drain, and says what was
 * seen. Whether a job was performed by two live sessions is told by a witness that the storms don't reach.
 */
export async function runChaos(seconds: number): Promise<ChaosReport> {
  const cluster = await startCluster()
  await withClient(cluster.url(), async (client) => {
    await client.query("alter system set default_transaction_isolation = 'repeatable read'")
    await client.query("select pg_reload_conf()")
  })
  await migrate(cluster.url())
  const proxy = await startProxy(cluster.url())
  // of the test itself: not through the proxy, and with the server's newest address
  const ask = <Value>(work: (client: pg.Client) => Promise<Value>) => withClient(cluster.url(), work)
  const rows = async (text: string, values: unknown[] = []) =>
    (await ask((client) => client.query(text, values))).rows
  const witness = await startWitness(async (sessions) =>
    (
      await rows("select distinct application_name from pg_stat_activity where application_name = any ($1)", [
        sessions,
      ])
    ).map(({ application_name }) => application_name),
  )
  const environment = {
    DATABASE_URL: proxy.url,
    WITNESS_URL: witness.url,
    MAX_DRAINERS: String(MAX_DRAINERS),
  }
  const lines: string[] = []
  const host = await startHost(environment, lines)
  const workers = Array.from({ length: WORKERS }, () => startWorker(environment))
  const invokeDrain = async () => {
    await host.invoke("drain", "{}", { type: "Event" })
  }
  const database = {
    query: (text: string, values?: unknown[]) => ask((client) => client.query(text, values)),
  }
  const sluice = createSluice({ database, wake: invokeDrain })
  const ticks = [1, 2].map(() =>
    startSchedule({ host, functionName: "drain", expression: "rate(5 seconds)", log: () => {} }),
  )
  const ids: string[] = []
  const storms = Object.fromEntries(Object.keys(STORMS).map((name) => [name, 0])) as Record<Storm, number>
  let mostAwake = 0
  const until = Date.now() + seconds * 1_000

  await Promise.all([enqueueUntil(), stormUntil(), steerUntil(), countUntil()])
  const calmAtMs = performance.now()
  for (const queue of QUEUES) await eventually(() => sluice.resumeQueue(queue))
  const left = () =>
    rows(
      `select j.id, j.state, j.queue, j.concurrency_key, j.run_at - now() as due_in, j.fence, j.died_with, j.suspect_group,
              (select p.drainer_id from sluice.permits p where p.job_id = j.id) as permit_of,
              (select c.drainer_id from sluice.claims c where j.id = any (c.job_ids)) as claimed_by,
              (select s.state from sluice.states_of(array[j.id], 'infinity') s) as told
       from sluice.jobs j order by j.id limit 5`,
    )
  await untilEmptyOrStuck()
  const calmAfterMs = Math.round(performance.now() - calmAtMs)
  for (const tick of ticks) tick.stop()
  const states = await Promise.all(workers.map((worker) => eventually(() => working(worker), 30_000)))
  const isEmpty = (await left()).length === 0
  if (isEmpty) await isQuiet(host, lines)
  return {
    enqueued: ids.length,
    violations: witness.violations,
    mostAwake,
    storms,
    calmAfterMs,
    workers: states,
    left: await left(),
    invocations: started(lines),
    ...(await findings()),
  }

  async function untilEmptyOrStuck(): Promise<void> {
    let fewest = Number.POSITIVE_INFINITY
    let movedAtMs = performance.now()
    while (fewest > 0 && performance.now() - movedAtMs < STUCK_AFTER_MS) {
      const [{ count }] = await rows("select count(*)::int from sluice.jobs")
      if (count < fewest) movedAtMs = performance.now()
      fewest = Math.min(fewest, count)
      await wait(200)
    }
  }

  async function enqueueUntil(): Promise<void> {
    while (Date.now() < until) {
      const jobs = Array.from({ length: 1 + random(60) }, newJob)
      // the outcome of a call that failed half-way isn't known; only what was confirmed must have been performed
      const results = await sluice.enqueueMany(jobs).catch(() => [])
      ids.push(...results.map(({ id }) => id))
      await wait(random(200))
    }
  }

  /** Each kind once, so that a short run has them all, then by weight. */
  async function stormUntil(): Promise<void> {
    const first = Object.keys(STORMS) as Storm[]
    while (Date.now() < until) {
      await wait(300 + random(1_200))
      for (let more = 0; more < MAX_DRAINERS; more++) await invokeDrain().catch(() => {}) // throttled
      const storm = first.splice(random(first.length), 1)[0] ?? pick(STORMS)
      storms[storm]++
      await rage(storm)
    }
    proxy.heal()
    proxy.cut()
  }

  async function rage(storm: Storm): Promise<void> {
    const busy = host.processes().filter((process) => process.busy)
    switch (storm) {
      case "kill one":
        for (const { pid } of busy.slice(0, 1)) signal(pid, "SIGKILL")
        return
      case "kill half":
        for (const { pid } of busy.slice(0, Math.ceil(busy.length / 2))) signal(pid, "SIGKILL")
        return
      case "freeze one": {
        const pids = [...busy.map(({ pid }) => pid), ...workers.map(({ child }) => child.pid as number)]
        const pid = pids[random(pids.length)] as number
        signal(pid, "SIGSTOP")
        void wait(5_000).then(() => signal(pid, "SIGCONT"))
        return
      }
      case "terminate all":
        await rows(
          "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'drainer-%'",
        )
        return
      case "cut all":
        return proxy.cut()
      case "deafen half":
        return proxy.deafenSome(0.5)
      case "restart fast":
      case "restart immediate":
        await cluster.restart(storm === "restart fast" ? "fast" : "immediate")
        return proxy.retarget(cluster.url())
    }
  }

  async function steerUntil(): Promise<void> {
    while (Date.now() < until) {
      const queue = QUEUES[random(QUEUES.length)] as string
      await sluice.pauseQueue(queue).catch(() => {})
      await wait(random(1_500))
      await eventually(() => sluice.resumeQueue(queue), 60_000)
      await wait(random(500))
    }
  }

  async function countUntil(): Promise<void> {
    while (Date.now() < until) {
      const counted = await rows("select sluice.count_awake() as awake").catch(() => [])
      mostAwake = Math.max(mostAwake, counted[0]?.awake ?? 0)
      await wait(50)
    }
  }

  async function findings() {
    const [found] = await rows(
      `select (select count(distinct id)::int from sluice.finished where id = any ($1::bigint[])) as finished,
              (select count(*)::int from (select from sluice.finished group by id having count(*) > 1) twice) as "finishedTwice",
              (select count(*)::int from sluice.failures where outcome = 'interrupted') as interrupted,
              (select count(*)::int from sluice.failures where outcome = 'retried') as retried`,
      [ids],
    )
    return found
  }
}

function newJob(): NewJob {
  const key = random(3) === 0 && { concurrencyKey: `key-${random(5)}`, concurrencyLimit: 1 + random(4) }
  const longestMs = key ? 60 : 1_000 // those of a key at its smallest limit must be done in time, too
  return {
    name: "work",
    payload: { ms: random(longestMs), failing: random(20) === 0 ? 1 : 0 },
    options: {
      queue: QUEUES[random(QUEUES.length)] as string,
      priority: random(3),
      ...(random(4) === 0 && { delay: `${random(2_000)}ms` }),
      ...key,
    },
  }
}

async function startHost(environment: Record<string, string>, lines: string[]): Promise<Host> {
  const folder = await makeTemporaryFolder()
  const { drain } = await bundleFunctions({
    root: ROOT,
    outDir: folder.path,
    functions: { drain: { handler: "test/chaos/fixtures/functions.drain", external: ["@aws-sdk/*"] } },
  })
  const host = await createHost({
    functions: { drain: { ...drain, environment, timeoutMs: 6_000, maxEnvironments: 3 * MAX_DRAINERS } },
    log: (line) => lines.push(line),
    trouble: () => {
      const dice = random(10)
      if (dice === 0) return { throttled: true }
      if (dice === 1) return { copies: 2 }
      if (dice === 2) return { delayMs: random(2_000) }
      return {}
    },
  })
  onTestFinished(async () => {
    await host.close({ graceMs: 0 })
    await folder.remove()
  })
  return host
}

interface WorkerProcess {
  readonly child: ChildProcess
  health(): WorkerHealth | undefined
}

function startWorker(environment: Record<string, string>): WorkerProcess {
  const child = fork(new URL("fixtures/worker.ts", import.meta.url), {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  })
  let health: WorkerHealth | undefined
  child.on("message", (message) => {
    health = message as WorkerHealth
  })
  onTestFinished(async () => {
    signal(child.pid as number, "SIGCONT")
    const exited = child.exitCode === null && child.signalCode === null ? once(child, "exit") : undefined
    child.kill("SIGKILL")
    await exited
  })
  return { child, health: () => health }
}

/** One that could have been frozen until a moment ago is waited for. */
function working({ child, health }: WorkerProcess): WorkerHealth["state"] {
  expect([child.exitCode, child.signalCode], "a worker has ended").toEqual([null, null])
  const state = health()?.state as WorkerHealth["state"]
  expect(state).toBe("working")
  return state
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

async function withClient<Value>(url: string, work: (client: pg.Client) => Promise<Value>): Promise<Value> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 20_000 })
  client.on("error", () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end().catch(() => {})
  }
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

function pick<Name extends string>(weights: Record<Name, number>): Name {
  const names = Object.entries<number>(weights).flatMap(([name, weight]) => Array(weight).fill(name))
  return names[random(names.length)]
}

function random(below: number): number {
  return Math.floor(Math.random() * below)
}
