import { createServer, type Server } from "node:http"
import type { Socket } from "node:net"
import { getRequestListener } from "@hono/node-server"
import type { Logger, Sluice, Worker } from "@sluice/core"
import { createLog } from "@sluice/core/log"
import { createConnect, createPool } from "@sluice/core/pg"
import { createApp } from "@sluice/http"
import { createDashboard, type DashboardOptions } from "@sluice/http/dashboard"
import { loadCore, loadJobs } from "../jobs-file.ts"
import type { Options } from "../options.ts"
import { hasColors } from "../output/terminal.ts"
import { jobsFile } from "./find-jobs.ts"
import { type Order, QUIT_WITHIN_MS, type Ready } from "./generation.ts"
import { loadJsonSchema } from "./json-schema.ts"

type FetchCallback = Parameters<typeof getRequestListener>[0]

export const DASHBOARD_PATH = "/dashboard"
/** Connections for the API and the dashboard, and for jobs that enqueue. */
const CONNECTIONS = 4
/** How long jobs may continue whose code has changed meanwhile. */
const RETIREMENT = "1h"
/** Once its jobs have ended, what they have opened keeps the process this long. */
const EXIT_AFTER_MS = 200

/** Performs the jobs and serves the API, until the process that has started this one says otherwise. */
export async function perform(options: Options, apiKey: string): Promise<number> {
  process.on("SIGINT", () => {}) // Ctrl-C reaches this process, too, and the other one decides
  const file = jobsFile(options.jobs)
  const { jobs, schedules, sluiceOptions } = await loadJobs(file)
  const { createSluice, start } = await loadCore(file)
  const { databaseUrl, schema, concurrency, maxDrainers } = options
  const log = createLog({ format: options.log, colors: hasColors, times: true })
  const connect = createConnect(databaseUrl)
  const database = createPool(databaseUrl, { max: CONNECTIONS })
  const sluice = createSluice({ ...sluiceOptions, database, listen: connect, jobs, schedules, schema })
  const jsonSchema = await loadJsonSchema(file)
  const server = createServer(getRequestListener(routes({ sluice, apiKey, log }, jsonSchema)))
  const worker = start(sluice, {
    connect,
    concurrency,
    ...(maxDrainers && { maxDrainers }),
    grace: RETIREMENT,
    log,
  })
  obey(server, worker)
  const ready: Ready = { jobs: jobs.map(({ name }) => name) }
  process.send?.(ready)
  await worker.ended
  setTimeout(() => process.exit(), EXIT_AFTER_MS)
  return 0
}

/** The dashboard is served below its path, and `/` leads there. */
function routes(
  options: { sluice: Sluice; apiKey: string; log: Logger },
  jsonSchema: DashboardOptions["jsonSchema"],
): FetchCallback {
  const api = createApp(options)
  const dashboard = createDashboard({
    ...options,
    basePath: DASHBOARD_PATH,
    ...(jsonSchema && { jsonSchema }),
  })
  return (request, environment) => {
    const { pathname } = new URL(request.url)
    if (pathname === "/") return Response.redirect(new URL(`${DASHBOARD_PATH}/`, request.url), 303)
    const isOfDashboard = pathname === DASHBOARD_PATH || pathname.startsWith(`${DASHBOARD_PATH}/`)
    return (isOfDashboard ? dashboard : api).fetch(request, environment)
  }
}

function obey(server: Server, worker: Worker): void {
  process.on("message", (order: Order, socket?: Socket) => {
    if (order === "socket") serve(server, socket)
    else if (order === "retire") end(server, worker)
    else quit(server, worker)
  })
  process.on("disconnect", () => quit(server, worker)) // nobody is there any more
}

/** It came to the process that listens, and nothing was read of it yet. Undefined: its client has gone. */
function serve(server: Server, socket: Socket | undefined): void {
  if (!socket) return
  server.emit("connection", socket)
  socket.resume()
}

function end(server: Server, worker: Worker): void {
  worker.stop().catch(() => {})
  server.closeIdleConnections()
  server.keepAliveTimeout = 1 // browsers come back to the next generation
}

function quit(server: Server, worker: Worker): void {
  end(server, worker)
  setTimeout(() => process.exit(1), QUIT_WITHIN_MS).unref()
}
