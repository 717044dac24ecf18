import { mkdir } from "node:fs/promises"
import { type AddressInfo, createServer, type Server, type Socket } from "node:net"
import { relative, resolve } from "node:path"
import { createLoginToken } from "@sluice/http/login-link"
import { loadApiKey } from "@sluice/local/api-key"
import { portHolder } from "@sluice/local/port-holder"
import { UsageError } from "../option-spec.ts"
import type { Options } from "../options.ts"
import { styled } from "../output/terminal.ts"
import { type DevDatabase, openDatabase, prepareSchema } from "./database.ts"
import { jobsFile } from "./find-jobs.ts"
import { GENERATION, type Generation, startGeneration } from "./generation.ts"
import { DASHBOARD_PATH, perform } from "./perform.ts"
import { dataFolder, findRunning, forgetRunning, tellRunning } from "./running.ts"
import { watchSources } from "./watch.ts"

/** The link of the dashboard that is printed at the start. */
const LINK_LIFETIME_MS = 3_600_000
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 15_000

/**
 * The app's queue on this machine: a database, the jobs, the API. When a source changes, the next jobs run with the new code; those
 * that run end with the old.
 */
export async function dev(options: Options): Promise<number> {
  if (process.env[GENERATION]) return perform(options, process.env.SLUICE_API_KEY ?? "")
  const file = jobsFile(options.jobs)
  const dataDir = resolve(dataFolder(process.env))
  refuseSecond(dataDir)
  await mkdir(dataDir, { recursive: true })
  const database = await openDatabase(options, dataDir, (line) => say("", line))
  try {
    await prepareSchema(database, options.schema)
    await serve({ ...options, databaseUrl: database.url }, file, dataDir, database)
    return 0
  } finally {
    await database.stop()
  }
}

/** It would take over the other one's files, and an embedded database can't be started twice. */
function refuseSecond(dataDir: string): void {
  const running = findRunning(process.env)
  if (!running) return
  const folder = relative(".", dataDir)
  throw new UsageError(
    `sluice dev runs in this folder already, as process ${running.pid}: stop that one, or give this one a data folder of its own by SLUICE_DATA_DIR. If nothing runs, delete ${folder}/dev.json`,
  )
}

async function serve(options: Options, file: string, dataDir: string, database: DevDatabase): Promise<void> {
  const { databaseUrl, schema } = options
  const apiKey = process.env.SLUICE_API_KEY || (await loadApiKey(dataDir))
  const jobs = followJobs({ DATABASE_URL: databaseUrl, SLUICE_SCHEMA: schema, SLUICE_API_KEY: apiKey })
  const server = createServer({ pauseOnConnect: true }, (socket) => jobs.serve(socket))
  const stopped = untilSignal(database)
  stopped.catch(() => {}) // it is awaited below
  try {
    const url = `http://127.0.0.1:${await listen(server, options.port)}`
    await tellRunning(dataDir, { pid: process.pid, databaseUrl, schema })
    const names = await jobs.start()
    const watcher = await watchSources(process.cwd(), () => void jobs.restart())
    const key = process.env.SLUICE_API_KEY ? "$SLUICE_API_KEY" : `$(cat ${relative(".", dataDir)}/api-key)`
    say("psql", database.isEmbedded ? databaseUrl : '"$DATABASE_URL"')
    say("jobs", `${file}${names ? `: ${names.join(", ")}` : ""}`)
    say("api", `${url}/v1 with the header "Authorization: Bearer ${key}"`)
    const token = createLoginToken(apiKey, LINK_LIFETIME_MS)
    say("open", `${url}${DASHBOARD_PATH}/login?token=${token} (the dashboard; the link logs in once)`)
    say("try", `npx sluice enqueue ${names?.[0] ?? "<name>"}, in another terminal`)
    say("ready", url)
    await stopped
    watcher.close()
  } finally {
    say("", "stopping")
    server.close()
    await jobs.stop()
    await forgetRunning(dataDir)
  }
}

/** Keeps a generation with the code as it is now. */
function followJobs(environment: Readonly<Record<string, string>>) {
  let current: Generation | undefined
  let starting: Generation | undefined
  const all = new Set<Generation>()
  let isStopping = false
  let pauseMs = FIRST_PAUSE_MS
  return { serve, start, restart, stop }

  function serve(socket: Socket): void {
    if (current) current.serve(socket)
    else socket.resume().end(unavailable())
  }

  async function start(): Promise<readonly string[] | undefined> {
    starting?.quit() // its code is that of before
    const next = startGeneration(environment)
    starting = next
    all.add(next)
    void next.exited.then((code) => ended(next, code))
    const names = await next.ready
    if (starting === next) starting = undefined
    else return undefined
    if (names) {
      current?.retire()
      current = next
      pauseMs = FIRST_PAUSE_MS
    } else if (!isStopping)
      say("", current ? "The jobs as they were before go on." : "Change a file, and they are loaded again.")
    return names
  }

  async function restart(): Promise<void> {
    const names = await start()
    if (names) say("changed", `the next jobs run with the new code: ${names.join(", ")}`)
  }

  /** A job may end its process. */
  function ended(generation: Generation, code: number | null): void {
    all.delete(generation)
    if (current !== generation || isStopping) return
    current = undefined
    say(
      "",
      `The process of the jobs ended${code === null ? "" : ` with exit code ${code}`}; another one begins.`,
    )
    setTimeout(() => void (!isStopping && !current && !starting && start()), pauseMs)
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
  }

  async function stop(): Promise<void> {
    isStopping = true
    for (const generation of all) generation.quit()
    await Promise.all([...all].map(({ exited }) => exited))
  }
}

function unavailable(): string {
  const body = JSON.stringify({
    status: 503,
    code: "no_jobs",
    detail: "The jobs can't be loaded: see the terminal",
  })
  const headers = [
    "content-type: application/problem+json",
    `content-length: ${body.length}`,
    "connection: close",
  ]
  return `HTTP/1.1 503 Service Unavailable\r\n${headers.join("\r\n")}\r\n\r\n${body}`
}

/** @returns The port, which 0 leaves to the system. */
async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", resolve)
  }).catch(async (cause: NodeJS.ErrnoException) => {
    if (cause.code !== "EADDRINUSE")
      throw new UsageError(`--port is ${port}, which can't be used: ${cause.message}`, { cause })
    const holder = (await portHolder(port)) ?? "another process"
    const message = `Port ${port} is taken by ${holder}: stop it, or choose another one, such as --port ${port + 1}`
    throw new UsageError(message, { cause })
  })
  return (server.address() as AddressInfo).port
}

/** Also until an embedded database ends by itself, which is an error. */
async function untilSignal(database: DevDatabase): Promise<void> {
  const signal = new Promise<void>((resolve) => {
    for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => resolve())
  })
  const died = database.ended.then((reason) => Promise.reject(new Error(reason)))
  await Promise.race([signal, died])
}

function say(word: string, text: string): void {
  console.log(word === "" ? text : `${styled(word.padEnd(7), "dim")} ${text}`)
}
