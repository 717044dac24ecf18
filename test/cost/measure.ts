// Real runs: the deployed functions in the local host, an embedded Postgres, jobs that come over HTTP.
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readdirSync, readFileSync } from "node:fs"
import { cpus } from "node:os"
import { join } from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { migrate } from "@sluice/core/migrate"
import { bundleFunctions, createHost, type Host, startHttpGateway } from "@sluice/local"
import { type EmbeddedPostgres, startPostgres } from "@sluice/local/postgres"
import pg from "pg"
import { makeTemporaryFolder } from "../support/temporary-folder.ts"
import { MEMORY_MB, type Use } from "./model.ts"

export interface Measured {
  readonly at: string
  readonly machine: string
  /** An invocation of the schedule that finds nothing. */
  readonly tick: Run
  /** By milliseconds that a job takes. */
  readonly jobs: Readonly<Record<JobMs, JobRuns>>
  /** Bytes of disk that a finished job takes. */
  readonly historyBytes: number
}

/** A job waits for so many milliseconds, as one does that calls somebody. */
export type JobMs = "0" | "100"

interface JobRuns {
  /** By jobs a day. */
  readonly rates: Readonly<Record<string, Run>>
  /** CPU milliseconds a job in `sluice work`, at the highest rate. */
  readonly workerCpuMs: number
  /** The function behind another queue, per invocation, by messages in it. */
  readonly consumer: Readonly<Record<"1" | "10", Use>>
}

/** Per job; of the tick, per invocation. */
interface Run {
  readonly drain: Use
  readonly enqueue: Use
  /** Statements of both functions. */
  readonly roundTrips: number
  readonly databaseCpuMs: number
  readonly peakMb: number
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url))
const KEY = "key-of-the-measurement"
/** Of each kind; what counts is the median of each figure. */
const RUNS = 3

/** What is done at a rate: so many seconds of it, and how many jobs an HTTP call brings. */
const RATES = [
  { jobsADay: 1_000, seconds: 0, jobsACall: 1 }, // one every 86 s: each is alone, so ten that wait for each other
  { jobsADay: 100_000, seconds: 30, jobsACall: 1 },
  { jobsADay: 1_000_000, seconds: 20, jobsACall: 1 },
  { jobsADay: 100_000_000, seconds: 15, jobsACall: 100 },
]

/** Takes some eight minutes. Linux only: CPU times are read from /proc. */
export async function measure(log: (line: string) => void): Promise<Measured> {
  const folder = await makeTemporaryFolder()
  const { postgres, server } = await startCountingPostgres(folder.path)
  const bench = await openBench(postgres, server, folder.path)
  try {
    const jobs: Record<string, JobRuns> = {}
    for (const ms of ["0", "100"] as const) {
      const rates: Record<string, Run> = {}
      await bench.run(ms, { ...(RATES[3] as Rate), seconds: 8 }) // thrown away: processes start, code gets hot
      for (const rate of RATES) {
        rates[rate.jobsADay] = await medianOf(() => bench.run(ms, rate))
        log(`${ms} ms, ${rate.jobsADay} a day: ${JSON.stringify(rates[rate.jobsADay])}`)
      }
      const workerCpuMs = await bench.worker(ms, RATES[3] as Rate)
      const consumer = { "1": await bench.consumer(ms, 1), "10": await bench.consumer(ms, 10) }
      jobs[ms] = { rates, workerCpuMs, consumer }
      log(`${ms} ms, worker ${workerCpuMs}, consumer ${JSON.stringify(consumer)}`)
    }
    const tick = await medianOf(() => bench.ticks())
    return {
      at: new Date().toISOString().slice(0, 10),
      machine: `${cpus().length} cores (${cpus()[0]?.model ?? "unknown"}), Node ${process.versions.node}`,
      tick,
      jobs: jobs as Measured["jobs"],
      historyBytes: await bench.historyBytes(),
    }
  } finally {
    await bench.close()
    await server.end()
    await postgres.stop()
    await folder.remove()
  }
}

type Rate = (typeof RATES)[number]

/** Counts statements: the library for it has to be there when the server starts. */
async function startCountingPostgres(dataDir: string) {
  const first = await startPostgres({ dataDir })
  const setting = await connect(first.url)
  await setting.query("alter system set shared_preload_libraries = 'pg_stat_statements'")
  await setting.end()
  await first.stop()
  const postgres = await startPostgres({ dataDir })
  const server = await connect(postgres.url)
  await server.query("create extension pg_stat_statements")
  await server.query("create database cost")
  return { postgres, server }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return client
}

async function openBench(postgres: EmbeddedPostgres, server: pg.Client, folder: string) {
  const url = new URL(postgres.url)
  url.pathname = "/cost"
  await migrate(url.href)
  let lines: string[] = []
  const host = await hostFunctions(url.href, folder, (line) => lines.push(line))
  const gateway = await startHttpGateway({ host, functionName: "enqueue", port: 0, log: console.error })
  const postmaster = Number(readFileSync(join(postgres.directory, "postmaster.pid"), "utf8").split("\n")[0])

  return {
    /** Lets jobs come at this rate, at random moments, until all are done. */
    async run(ms: JobMs, rate: Rate): Promise<Run> {
      const job = jobOf(ms)
      return counted(() => (rate.seconds === 0 ? oneByOne(10, job) : arriving(rate, job)))
    },
    ticks: () =>
      counted(async () => {
        for (let tick = 0; tick < 10; tick++) await host.invoke("drain", "{}")
        return 10
      }),
    /** The same jobs, performed by a process that stays. */
    async worker(ms: JobMs, rate: Rate): Promise<number> {
      const main = join(ROOT, "packages/cli/src/main.ts")
      const jobs = join(ROOT, "functions/jobs/index.ts")
      const options = ["--database-url", url.href, "--jobs", jobs, "--concurrency", "200"]
      const child = spawn(process.execPath, [main, "work", ...options], {
        stdio: ["ignore", "pipe", "inherit"],
      })
      await once(child.stdout, "data")
      await arriving({ ...rate, seconds: 3 }, jobOf(ms))
      await quiet()
      const before = cpuMsOf(child.pid as number)
      const count = await arriving(rate, jobOf(ms))
      await quiet()
      const cpuMs = cpuMsOf(child.pid as number) - before
      child.kill("SIGTERM")
      await once(child, "exit")
      return rounded(cpuMs / count)
    },
    async consumer(ms: JobMs, messages: number): Promise<Use> {
      const body = JSON.stringify({ ms: Number(ms) })
      const event = JSON.stringify({ Records: Array.from({ length: messages }, () => ({ body })) })
      const invocations = 100
      await host.invoke("consumer", event)
      const measure = usesBetween("consumer")
      for (let index = 0; index < invocations; index++) await host.invoke("consumer", event)
      return perJob(measure(), invocations).use
    },
    async historyBytes(): Promise<number> {
      const database = await connect(url.href)
      const { rows } = await database.query(
        `select (select sum(pg_total_relation_size(inhrelid)) from pg_inherits where inhparent = 'sluice.finished'::regclass)
                / (select count(*) from sluice.finished where state = 'succeeded') as bytes,
                (select count(*)::int from sluice.jobs) as left`,
      )
      await database.end()
      if (rows[0].left > 0)
        throw new Error(`${rows[0].left} jobs are left: what was measured is not all of it`)
      return Math.round(Number(rows[0].bytes))
    },
    async close() {
      await gateway.close()
      await host.close({ graceMs: 0 })
    },
  }

  /** Runs `work`, which tells how many jobs it brought, and what was used until all was quiet again. */
  async function counted(work: () => Promise<number>): Promise<Run> {
    await quiet()
    const [drain, enqueue] = [usesBetween("drain"), usesBetween("enqueue")]
    const before = { roundTrips: await statements(), cpuMs: cpuMsOfFamily(postmaster) }
    const count = await work()
    await quiet()
    const [drained, enqueued] = [perJob(drain(), count), perJob(enqueue(), count)]
    return {
      drain: drained.use,
      enqueue: enqueued.use,
      peakMb: Math.max(drained.peakMb, enqueued.peakMb),
      roundTrips: rounded(((await statements()) - before.roundTrips) / count),
      databaseCpuMs: rounded((cpuMsOfFamily(postmaster) - before.cpuMs) / count),
    }
  }

  async function oneByOne(count: number, job: object): Promise<number> {
    for (let index = 0; index < count; index++) {
      await post([job])
      await quiet()
    }
    return count
  }

  async function arriving({ jobsADay, seconds, jobsACall }: Rate, job: object): Promise<number> {
    const callsPerMs = jobsADay / jobsACall / 86_400_000
    const calls: Promise<void>[] = []
    let atMs = performance.now()
    const untilMs = atMs + seconds * 1_000
    for (;;) {
      atMs -= Math.log(1 - Math.random()) / callsPerMs
      if (atMs > untilMs) break
      await wait(Math.max(0, atMs - performance.now()))
      calls.push(post(Array.from({ length: jobsACall }, () => job)))
    }
    await Promise.all(calls)
    return calls.length * jobsACall
  }

  async function post(jobs: object[]): Promise<void> {
    const [path, body] = jobs.length === 1 ? ["/v1/jobs", jobs[0]] : ["/v1/jobs/batch", { jobs }]
    const headers = { authorization: `Bearer ${KEY}`, "content-type": "application/json" }
    const response = await fetch(gateway.url + path, { method: "POST", headers, body: JSON.stringify(body) })
    if (!response.ok) throw new Error(`The enqueue was answered ${response.status}: ${await response.text()}`)
    await response.arrayBuffer()
  }

  /** No job is left and no function is busy, twice in a row. Looks through the other database, so that it isn't counted. */
  async function quiet(): Promise<void> {
    for (let quietLooks = 0; quietLooks < 2; await wait(50)) {
      quietLooks = host.processes().some(({ busy }) => busy) || (await working()) ? 0 : quietLooks + 1
    }
  }

  async function working(): Promise<boolean> {
    const { rows } = await server.query(
      "select count(*)::int as count from pg_stat_activity where datname = 'cost' and state <> 'idle'",
    )
    return rows[0].count > 0
  }

  async function statements(): Promise<number> {
    const { rows } = await server.query(
      `select coalesce(sum(calls), 0)::int as calls from pg_stat_statements s
       join pg_database d on d.oid = s.dbid where d.datname = 'cost' and toplevel`,
    )
    return rows[0].calls
  }

  /** The reports and the CPU time of a function from now until it is asked. */
  function usesBetween(functionName: string): () => Use & { peakMb: number } {
    lines = lines.filter((line) => line.startsWith("REPORT ")) // the rest is of no use and grows
    const seen = lines.length
    const cpuMs = () =>
      host
        .processes()
        .filter((each) => each.functionName === functionName)
        .reduce((total, { pid }) => total + cpuMsOf(pid), 0)
    const before = cpuMs()
    return () => ({ ...usedBy(lines.slice(seen), functionName), cpuMs: cpuMs() - before })
  }
}

/** The functions of sst.config.ts, and the one behind other queues. */
async function hostFunctions(
  databaseUrl: string,
  folder: string,
  log: (line: string) => void,
): Promise<Host> {
  const external = ["@aws-sdk/*"]
  const bundles = await bundleFunctions({
    root: ROOT,
    outDir: join(folder, "functions"),
    functions: {
      drain: { handler: "functions/drain.handler", external },
      enqueue: { handler: "functions/enqueue.handler", external },
      consumer: { handler: "test/cost/fixtures/consumer.handler", external },
    },
  })
  const environment = {
    SST_RESOURCE_App: JSON.stringify({ name: "sluice", stage: "cost" }),
    SST_RESOURCE_SluiceDatabase: JSON.stringify({ url: databaseUrl }),
    SST_RESOURCE_SluiceApiKey: JSON.stringify({ value: KEY }),
    SLUICE_DRAIN_FUNCTION: "drain",
  }
  const performing = { environment, timeoutMs: 900_000, maxEnvironments: 11, memoryMb: MEMORY_MB.performing }
  const enqueue = { environment, timeoutMs: 29_000, maxEnvironments: 10, memoryMb: MEMORY_MB.enqueue }
  return createHost({
    functions: {
      drain: { ...bundles.drain, ...performing },
      enqueue: { ...bundles.enqueue, ...enqueue },
      consumer: { ...bundles.consumer, ...performing },
    },
    log,
  })
}

/** What the lines of a function's reports add up to; a cold start's init is billed too. */
export function usedBy(
  lines: readonly string[],
  functionName: string,
): Omit<Use, "cpuMs"> & { peakMb: number } {
  const report = new RegExp(
    `^REPORT ${functionName} .*? (?:warm|cold(?: \\(init (\\d+) ms\\))?) (\\d+) ms succeeded (\\d+) MB$`,
  )
  const reports = lines.filter((line) => line.startsWith(`REPORT ${functionName} `))
  const used = { invocations: 0, billedMs: 0, peakMb: 0 }
  for (const line of reports) {
    const [, initMs = "0", ms, mb] = report.exec(line) ?? []
    if (ms === undefined) throw new Error(`An invocation failed: ${line}`)
    used.invocations++
    used.billedMs += Number(initMs) + Number(ms)
    used.peakMb = Math.max(used.peakMb, Number(mb))
  }
  return used
}

function jobOf(ms: JobMs): object {
  return ms === "0" ? { name: "noop" } : { name: "sleep", payload: { ms: Number(ms) } }
}

function perJob({ invocations, billedMs, cpuMs, peakMb }: Use & { peakMb: number }, jobs: number) {
  const use = {
    invocations: rounded(invocations / jobs),
    billedMs: rounded(billedMs / jobs),
    cpuMs: rounded(cpuMs / jobs),
  }
  return { use, peakMb }
}

/** Of each figure by itself. */
async function medianOf(run: () => Promise<Run>): Promise<Run> {
  const runs: Run[] = []
  for (let index = 0; index < RUNS; index++) runs.push(await run())
  return medianIn(runs) as Run
}

function medianIn(values: unknown[]): unknown {
  if (typeof values[0] === "number") {
    return (values as number[]).sort((one, other) => one - other)[Math.floor(values.length / 2)]
  }
  const [first] = values as Record<string, unknown>[]
  const keys = Object.keys(first as object)
  return Object.fromEntries(
    keys.map((key) => [key, medianIn((values as Record<string, unknown>[]).map((value) => value[key]))]),
  )
}

/** The server's, those of its sessions that have ended, and those that live. */
function cpuMsOfFamily(postmaster: number): number {
  const children = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && parentOf(name) === postmaster)
  return children.reduce((total, pid) => total + cpuMsOf(pid), cpuMsOf(postmaster, true))
}

function parentOf(pid: string): number | undefined {
  return Number(statOf(pid)[1])
}

function cpuMsOf(pid: number | string, withEnded = false): number {
  const ticks = statOf(pid).slice(11, withEnded ? 15 : 13)
  return ticks.reduce((total, ticks) => total + Number(ticks), 0) * 10 // 100 ticks a second
}

/** The fields of /proc/PID/stat after the name: state, parent, … user, system, and those of ended children. */
function statOf(pid: number | string): string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ")
  } catch {
    return [] // gone in between
  }
}

function rounded(value: number): number {
  return Number(value.toPrecision(3))
}
