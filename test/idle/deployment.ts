import { GetScheduleCommand, SchedulerClient } from "@aws-sdk/client-scheduler"
import { bundleFunctions, createHost, type Host } from "@sluice/local"
import pg from "pg"
import { afterAll, inject } from "vitest"
import type { TestDatabase } from "../support/database.ts"
import { makeTemporaryFolder } from "../support/temporary-folder.ts"

export interface Deployment {
  readonly host: Host
  /** Every line that it printed. */
  readonly lines: readonly string[]
  /** Invocations that have ended, and what the last one reported. */
  reports(): Record<string, unknown>[]
  /** Process ids of invocations that have begun. */
  started(): number[]
  /** The schedule of the wake-up, as EventBridge Scheduler would tell it. */
  wakeUp(): Promise<{ State: string; ScheduleExpression: string } | undefined>
}

/** The deployed drain function in idle mode, in a host of this process. */
export async function deployIdle(
  database: TestDatabase,
  furtherEnvironment: Readonly<Record<string, string>> = {},
): Promise<Deployment> {
  const folder = await makeTemporaryFolder()
  const { drain } = await bundleFunctions({
    root: new URL("../..", import.meta.url).pathname,
    outDir: folder.path,
    functions: { drain: { handler: "functions/drain.handler", external: ["@aws-sdk/*"] } },
  })
  const lines: string[] = []
  const environment = {
    SLUICE_IDLE_SCHEDULE: "sluice/wake-up",
    SLUICE_IDLE_ROLE: "arn:aws:iam::000000000000:role/wake-up",
    SST_RESOURCE_App: JSON.stringify({ name: "sluice", stage: "test" }),
    SST_RESOURCE_SluiceDatabase: JSON.stringify({ url: database.url }),
    ...furtherEnvironment,
  }
  const host = await createHost({
    functions: { drain: { ...drain, environment, timeoutMs: 60_000 } },
    log: (line) => lines.push(line),
  })
  afterAll(async () => {
    await host.close({ graceMs: 0 })
    await folder.remove()
  })
  const scheduler = schedulerOf(host)
  return {
    host,
    lines,
    reports: () =>
      lines
        .filter((line) => line.startsWith("[drain] {") && line.includes('"message":"Drained"'))
        .map((line) => JSON.parse(line.slice("[drain] ".length))),
    started: () => lines.flatMap((line) => /^START drain .* pid (\d+)/.exec(line)?.[1] ?? []).map(Number),
    async wakeUp() {
      const schedule = await scheduler
        .send(new GetScheduleCommand({ GroupName: "sluice", Name: "wake-up" }))
        .catch(() => undefined)
      return schedule as Awaited<ReturnType<Deployment["wakeUp"]>>
    },
  }
}

export function schedulerOf(host: Host): SchedulerClient {
  const credentials = { accessKeyId: "local", secretAccessKey: "local" }
  return new SchedulerClient({ endpoint: host.schedulerApiUrl, region: host.region, credentials })
}

/** Sessions that a database has had, and has now. Without one there is no query. Asked from outside of it. */
export async function countSessions(database: TestDatabase): Promise<{ had: number; has: number }> {
  const server = new pg.Client({ connectionString: inject("postgresUrl") })
  await server.connect()
  const { rows } = await server.query(
    `select sessions::int as had, (select count(*)::int from pg_stat_activity a where a.datname = d.datname and a.backend_type = 'client backend') as has
     from pg_stat_database d where d.datname = $1`,
    [database.name],
  )
  await server.end()
  return rows[0]
}
