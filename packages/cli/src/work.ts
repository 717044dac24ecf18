import { once } from "node:events"
import { createServer, type Server } from "node:http"
import { durationMs, type Worker } from "@sluice/core"
import { createLog } from "@sluice/core/log"
import { createConnect, createPool } from "@sluice/core/pg"
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
  const { databaseUrl, schema, maxDrainers, concurrency, grace, healthPort, jobs: file } = options
  const { queues, except } = options
  if (queues !== undefined && except !== undefined) throw new UsageError("Give either --queues or --except")
  if (file === undefined)
    throw new UsageError("Which jobs? Give --jobs <file>, a module that exports their definitions")
  const { jobs, schedules } = await loadJobs(file)
  const { createSluice, start } = await loadCore(file)
  const log = createLog({ format: options.log, colors: hasColors, times: hasColors })
  const pool = createPool(databaseUrl, { max: 2 })
  const connect = createConnect(databaseUrl)
  const sluice = createSluice({ database: pool, jobs, schedules, schema })
  const worker = start(sluice, {
    connect,
    concurrency,
    maxDrainers,
    grace: durationMs(grace) / 1_000,
    log,
    ...(queues && { queues }),
    ...(except && { except }),
  })
  stopOnSignal(worker, durationMs(grace))
  let health: Server | undefined
  try {
    if (healthPort !== undefined) health = await serveHealth(worker, healthPort)
    log.info(`working on ${jobs.map(({ name }) => name).join(", ")}`)
    await worker.ended
    log.info("stopped")
    return 0
  } finally {
    health?.close()
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

async function serveHealth(worker: Worker, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    response.setHeader("content-type", "application/json")
    if (request.url !== "/health") return response.writeHead(404).end()
    const health = worker.health()
    return response.writeHead(health.state === "working" ? 200 : 503).end(JSON.stringify(health))
  })
  server.listen(port)
  try {
    await once(server, "listening")
  } catch (cause) {
    const message = `--health-port is ${port}, which can't be used: ${(cause as Error).message}`
    throw new UsageError(message, { cause })
  }
  return server
}
