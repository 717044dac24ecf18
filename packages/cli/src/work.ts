import { once } from "node:events"
import { createServer, type Server, type ServerResponse } from "node:http"
import { durationMs, type Sluice, type Worker } from "@sluice/core"
import { createLog } from "@sluice/core/log"
import { createConnect, createPool } from "@sluice/core/pg"
import { PROMETHEUS_CONTENT_TYPE, prometheusMetrics } from "@sluice/core/prometheus"
import { loadCore, loadJobs } from "./jobs-file.ts"
import { UsageError } from "./option-spec.ts"
import type { Options } from "./options.ts"
import { hasColors } from "./output/terminal.ts"

/** The process ends this long after the grace at the latest, whatever its jobs and the database do. */
const EXIT_AFTER_GRACE_MS = 1_900
/** Once the worker has ended, jobs that ignore their signal, and what they have opened, keep the process this long. */
const EXIT_AFTER_WORKER_MS = 200

/** Performs jobs until a signal comes, and lets running jobs end. */
export async function work(options: Options): Promise<number> {
  const { databaseUrl, schema, maxDrainers, concurrency, grace, jobs: file } = options
  const { queues, except } = options
  if (queues !== undefined && except !== undefined) throw new UsageError("Give either --queues or --except")
  if (file === undefined)
    throw new UsageError("Which jobs? Give --jobs <file>, a module that exports their definitions")
  const { jobs, schedules, sluiceOptions } = await loadJobs(file)
  const { createSluice, start } = await loadCore(file)
  const log = createLog({ format: options.log, colors: hasColors, times: hasColors })
  const pool = createPool(databaseUrl, { max: 2 })
  const connect = createConnect(databaseUrl)
  const sluice = createSluice({ ...sluiceOptions, database: pool, jobs, schedules, schema })
  const worker = start(sluice, {
    connect,
    concurrency,
    ...(maxDrainers && { maxDrainers }),
    grace: durationMs(grace) / 1_000,
    log,
    ...(queues && { queues }),
    ...(except && { except }),
  })
  stopOnSignal(worker, durationMs(grace))
  let servers: Server[] = []
  try {
    servers = await serve(options, { health: tellHealth(worker), metrics: tellMetrics(sluice) })
    log.info(`working on ${jobs.map(({ name }) => name).join(", ")}`)
    await worker.ended
    log.info("stopped")
    return 0
  } finally {
    for (const server of servers) server.close()
    pool.end().catch(() => {})
    setTimeout(() => process.exit(), EXIT_AFTER_WORKER_MS).unref()
  }
}

function stopOnSignal(worker: Worker, graceMs: number): void {
  const stop = () => {
    worker.stop().catch(() => {})
    setTimeout(() => process.exit(1), graceMs + EXIT_AFTER_GRACE_MS).unref()
  }
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, stop)
}

type Tell = (response: ServerResponse) => Promise<void> | void

/** Health and metrics, each on its port or both on one. */
async function serve(
  { healthPort, metricsPort }: Options,
  tell: { readonly health: Tell; readonly metrics: Tell },
): Promise<Server[]> {
  if (healthPort !== undefined && healthPort !== 0 && healthPort === metricsPort)
    return [await serveOn(healthPort, "--health-port", { "/health": tell.health, "/metrics": tell.metrics })]
  const servers: Server[] = []
  if (healthPort !== undefined)
    servers.push(await serveOn(healthPort, "--health-port", { "/health": tell.health }))
  if (metricsPort !== undefined)
    servers.push(await serveOn(metricsPort, "--metrics-port", { "/metrics": tell.metrics }))
  return servers
}

async function serveOn(port: number, option: string, paths: Readonly<Record<string, Tell>>): Promise<Server> {
  const server = createServer(({ url = "" }, response) => {
    const tell = Object.hasOwn(paths, url) && paths[url]
    if (!tell) return response.writeHead(404).end()
    return tell(response)
  })
  server.listen(port)
  try {
    await once(server, "listening")
  } catch (cause) {
    const message = `${option} is ${port}, which can't be used: ${(cause as Error).message}`
    throw new UsageError(message, { cause })
  }
  return server
}

function tellHealth(worker: Worker): Tell {
  return (response) => {
    const health = worker.health()
    const status = health.state === "working" ? 200 : 503
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(health))
  }
}

function tellMetrics(sluice: Sluice): Tell {
  return async (response) => {
    try {
      const text = await prometheusMetrics(sluice)
      response.writeHead(200, { "content-type": PROMETHEUS_CONTENT_TYPE }).end(text)
    } catch (error) {
      response.writeHead(503, { "content-type": "text/plain" }).end(`${(error as Error).message}\n`)
    }
  }
}
