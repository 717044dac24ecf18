// `npm start`: the whole deployment on this machine: Postgres, the functions in a Lambda host, the schedule, the API.
import { mkdir } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { MEMORY_MB } from "@sluice/aws"
import { SluiceError } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { loadApiKey } from "./api-key.ts"
import { createEntrance, DASHBOARD_PATH } from "./entrance.ts"
import { requireFreePort } from "./gateway/http-gateway.ts"
import { bundleFunctions, createHost, startHttpGateway, startSchedule } from "./index.ts"
import { createOutput } from "./output.ts"
import { startPostgres } from "./postgres/embedded-postgres.ts"
import { readSettings, type Settings } from "./settings.ts"
import { StartError } from "./start-error.ts"

const root = fileURLToPath(new URL("../../..", import.meta.url))
/** Replaced once the settings say how. */
let log = (line: string) => console.log(line)

/** Stops what has been started, the last first. */
const stops: (() => unknown)[] = []
const stopped = new AbortController()
for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => void stop(0))

try {
  const settings = readSettings(process.env, log)
  await checkAllowList(settings)
  log = createOutput({ ...settings.output, colors: process.stdout.hasColors?.() ?? false, write: log })
  await start(settings)
} catch (error) {
  if (!stopped.signal.aborted) {
    const isKnown = error instanceof StartError || error instanceof SluiceError
    console.error(`error: ${isKnown ? error.message : (error as Error).stack}`)
  }
  await stop(1)
}

async function start(settings: Settings): Promise<void> {
  await step(() => requireFreePort(settings.port))
  await makeFolder(settings.dataDir)
  const databaseUrl = settings.databaseUrl ?? (await startOwnPostgres(settings.dataDir))
  await step(() =>
    migrate(databaseUrl, { schema: settings.functionEnvironment.SLUICE_SCHEMA ?? "sluice", log: () => {} }),
  )
  const apiKey = settings.apiKey ?? (await loadApiKey(settings.dataDir))

  const host = await step(() => hostFunctions(settings, { databaseUrl, apiKey }))
  stops.push(() => host.close())
  const entrance = createEntrance(apiKey)
  const gateway = await step(() =>
    startHttpGateway({
      host,
      functionName: "enqueue",
      routes: { [DASHBOARD_PATH]: "dashboard" },
      answer: entrance.answer,
      port: settings.port,
      log,
    }),
  )
  stops.push(() => gateway.close())
  const schedule = startSchedule({ host, functionName: "drain", expression: settings.schedule, log })
  stops.push(() => schedule.stop())

  log(settings.databaseUrl ? 'psql  "$DATABASE_URL"' : `psql  ${databaseUrl}`)
  if (!settings.apiKey) log(`key   ${apiKey}`)
  const key = settings.apiKey ? "$SLUICE_API_KEY" : apiKey
  log(`try   curl -H "Authorization: Bearer ${key}" --json '{"name":"noop"}' ${gateway.url}/v1/jobs`)
  log(`open  ${gateway.url}${entrance.path} (the dashboard; this link logs in once)`)
  log(
    "next  write a job of your own in functions/jobs/hello.ts, as sleep.ts there, list it in functions/jobs/index.ts",
  )
  log(
    "      and start again: its name works in the curl above, each execution is a line below and on the dashboard",
  )
  log(`ready ${gateway.url}`)
}

/** By the code of the function that reads it, so that it fails here and not in a job. */
async function checkAllowList({ functionEnvironment }: Settings): Promise<void> {
  const { parseAllowList } = await import(join(root, "functions/jobs/webhook/allow-list.ts"))
  parseAllowList(functionEnvironment.SLUICE_WEBHOOK_ALLOW ?? "")
}

async function startOwnPostgres(dataDir: string): Promise<string> {
  const postgres = await step(() => startPostgres({ dataDir, log, signal: stopped.signal }))
  stops.push(() => postgres.stop())
  void postgres.ended.then((reason) => {
    console.error(`error: ${reason}`)
    void stop(1)
  })
  return postgres.url
}

/** Runs the deployment's functions on this machine, with its bundles, settings and linked resources (see sst.config.ts). */
async function hostFunctions(settings: Settings, linked: { databaseUrl: string; apiKey: string }) {
  const external = ["@aws-sdk/*"]
  const bundles = await bundleFunctions({
    root,
    outDir: join(settings.dataDir, "functions"),
    functions: {
      drain: { handler: "functions/drain.handler", external },
      enqueue: { handler: "functions/enqueue.handler", external },
      dashboard: { handler: "functions/dashboard.handler", external },
    },
  })
  const environment = {
    ...settings.functionEnvironment,
    SST_RESOURCE_App: JSON.stringify({ name: "sluice", stage: "local" }),
    SST_RESOURCE_SluiceDatabase: JSON.stringify({ url: linked.databaseUrl }),
    SST_RESOURCE_SluiceApiKey: JSON.stringify({ value: linked.apiKey }),
    NODE_OPTIONS: "--enable-source-maps",
  }
  const { drain, enqueue, dashboard } = bundles
  return createHost({
    functions: {
      drain: {
        ...drain,
        environment,
        memoryMb: MEMORY_MB.drain,
        timeoutMs: settings.drainTimeoutMs,
        maxEnvironments: settings.maxDrainers + 1,
      },
      enqueue: {
        ...enqueue,
        environment: { ...environment, SLUICE_DRAIN_FUNCTION: "drain" },
        memoryMb: MEMORY_MB.enqueue,
        timeoutMs: 29_000,
        maxEnvironments: 4,
      },
      dashboard: {
        ...dashboard,
        environment: { ...environment, SLUICE_DRAIN_FUNCTION: "drain" },
        memoryMb: MEMORY_MB.dashboard,
        timeoutMs: 29_000,
        maxEnvironments: 2,
      },
    },
    log,
  })
}

/** Runs a step of the start, unless a signal has stopped it. */
async function step<Value>(run: () => Promise<Value>): Promise<Value> {
  stopped.signal.throwIfAborted()
  return run()
}

async function makeFolder(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true })
  } catch (error) {
    throw new StartError(
      "data_dir",
      `SLUICE_DATA_DIR ${dataDir} can't be created or written: ${(error as Error).message}`,
    )
  }
}

/** Stops everything in order, once: the schedule, the API, the functions, the database. */
async function stop(code: number): Promise<void> {
  if (stopped.signal.aborted) return
  stopped.abort()
  if (code === 0) log("stopping")
  for (const stopOne of stops.reverse())
    await Promise.resolve(stopOne()).catch((error) => console.error(`error: ${error.message}`))
  process.exit(code)
}
