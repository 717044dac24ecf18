import { createServer, type Server } from "node:http"
import { resolve } from "node:path"
import { pathToFileURL } from "node:url"
import {
  type AnyJobDefinition,
  createSluice,
  durationMs,
  InvalidInputError,
  readAddress,
  SluiceError,
  start,
  type Worker,
} from "@sluice/core"
import pg from "pg"
import type { Options } from "./main.ts"

/** Longest that a process goes on after the grace, whatever its jobs and the database do. */
const GONE_AFTER_GRACE_MS = 1_900
/** Once the worker has ended. */
const LET_GO_AFTER_MS = 200
const ANSWER_WITHIN_MS = 30_000

/** Performs jobs until a signal comes, and lets what runs end. */
export async function work(options: Options): Promise<number> {
  const { databaseUrl, schema, maxDrainers, concurrency, grace, healthPort } = options
  const jobs = await loadJobs(options.jobs)
  readAddress(databaseUrl, (connectionString) => new pg.Client({ connectionString }))
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2, query_timeout: ANSWER_WITHIN_MS })
  pool.on("error", () => {})
  const connect = async () => {
    const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 })
    client.on("error", () => {})
    await client.connect()
    return client
  }

  const worker = start(createSluice({ database: pool, jobs, schema }), {
    ...{ connect, concurrency, maxDrainers, grace, log: console },
  })
  const health = healthPort === undefined ? undefined : await serveHealth(worker, healthPort)
  const stop = () => {
    worker.stop().catch(() => {})
    setTimeout(() => process.exit(1), durationMs(grace) + GONE_AFTER_GRACE_MS).unref()
  }
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, stop)
  console.log(`working on ${jobs.map(({ name }) => name).join(", ")}`)
  try {
    await worker.ended
    console.log("stopped")
    return 0
  } finally {
    health?.close()
    pool.end().catch(() => {})
    // jobs that ignore their signal, and what they have opened, don't hold the process
    setTimeout(() => process.exit(), LET_GO_AFTER_MS).unref()
  }
}

async function loadJobs(file: string | undefined): Promise<AnyJobDefinition[]> {
  if (!file)
    throw new SluiceError("no_jobs", "Which jobs? Give --jobs FILE, a module that exports their definitions")
  const exported = Object.values(await imported(file)).flat()
  const jobs = [...new Set(exported.filter(isDefinition))]
  if (jobs.length > 0) return jobs
  throw new InvalidInputError(
    "no_jobs",
    `${file} exports no job definition: export what defineJob returns, or a list of it`,
  )
}

async function imported(file: string): Promise<object> {
  try {
    return await import(pathToFileURL(resolve(file)).href)
  } catch (cause) {
    throw new SluiceError("bad_jobs", `${file} can't be loaded: ${(cause as Error).message}`, { cause })
  }
}

function isDefinition(value: unknown): value is AnyJobDefinition {
  return typeof value === "object" && value !== null && "name" in value && "enqueue" in value
}

async function serveHealth(worker: Worker, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    const isHealth = request.url === "/health"
    const health = worker.health()
    response.statusCode = !isHealth ? 404 : health.state === "working" ? 200 : 503
    response.setHeader("content-type", "application/json").end(isHealth ? JSON.stringify(health) : "")
  })
  server.listen(port)
  await new Promise((done, fail) => server.once("listening", done).once("error", fail))
  return server
}
