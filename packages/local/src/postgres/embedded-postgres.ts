import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { open, readFile } from "node:fs/promises"
import { createServer } from "node:net"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { StartError } from "../start-error.ts"
import { createCluster, ROLE, readPassword } from "./cluster.ts"
import { type Home, prepareHome } from "./home.ts"
import { readPostmasterFile, STARTER_SETTING, stopLeftover } from "./leftover.ts"
import { processOptions } from "./user.ts"

export interface StartPostgresOptions {
  /** Sluice's data folder on this machine; made when missing. The cluster is `postgres` in it, or where that links to. */
  readonly dataDir: string
  /** Gets one line for each thing worth telling: a new cluster, binaries copied, a leftover server stopped. */
  readonly log?: (line: string) => void
  /** Gives up the start when it aborts; `startPostgres` then rejects, and nothing is left running. */
  readonly signal?: AbortSignal
}

export interface EmbeddedPostgres {
  /** `postgres://postgres:…@127.0.0.1:PORT/postgres`, as superuser. The port is another one after each start. */
  readonly url: string
  /** Where the cluster really is: below `dataDir`, or elsewhere when the server's user can't get there. */
  readonly directory: string
  /** Resolves with the reason if the server ends without having been asked to. */
  readonly ended: Promise<string>
  /** Ends open connections, writes everything down, and resolves when the server is gone. */
  stop(): Promise<void>
}

const PORT_ATTEMPTS = 5
const POLL_MS = 20
/** A fast shutdown takes well under a second; one that hangs is cut short, and the next start replays the log. */
const STOP_PATIENCE_MS = 6_000

/**
 * Starts the Postgres that comes with Sluice on a port of 127.0.0.1 that is free, as another user if this one is root.
 * It ends with `stop()`, and by itself when this process dies, SIGKILL included.
 */
export async function startPostgres(options: StartPostgresOptions): Promise<EmbeddedPostgres> {
  const log = options.log ?? (() => {})
  const home = await prepareHome(options.dataDir, log)
  await stopLeftover(home.directory, log)
  await createCluster(home, log)
  return await launch(home, options.signal)
}

async function launch(home: Home, signal: AbortSignal | undefined): Promise<EmbeddedPostgres> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort()
    const server = await spawnServer(home, port)
    if (await untilReady(server, home, signal)) return running(server, home, port)
    const log = await readLog(home)
    if (signal?.aborted) throw new StartError("start_aborted", "The start of Postgres was given up")
    if (attempt === PORT_ATTEMPTS || !isPassing(log)) {
      throw new StartError("postgres_failed", `Postgres did not start: ${lastWords(log)} (${logFile(home)})`)
    }
    await delay(200)
  }
}

async function running(server: ChildProcess, home: Home, port: number): Promise<EmbeddedPostgres> {
  const guard = spawnGuard(server, home)
  const exited = once(server, "exit")
  let stopping: Promise<void> | undefined

  const ended = new Promise<string>((resolve) => {
    exited.then(async ([code, exitSignal]) => {
      guard.kill("SIGKILL")
      if (!stopping)
        resolve(`Postgres ended with ${exitSignal ?? `code ${code}`}: ${lastWords(await readLog(home))}`)
    })
  })
  const stop = async () => {
    server.ref()
    server.kill("SIGINT")
    const impatient = setTimeout(() => server.kill("SIGQUIT"), STOP_PATIENCE_MS)
    if (server.exitCode === null && server.signalCode === null) await exited
    clearTimeout(impatient)
  }
  return {
    url: `postgres://${ROLE}:${await readPassword(home.directory)}@127.0.0.1:${port}/postgres`,
    directory: home.directory,
    ended,
    stop: () => {
      stopping ??= stop()
      return stopping
    },
  }
}

/** In a process group of its own, so that Ctrl-C in a terminal doesn't reach it before we have ended what uses it. */
async function spawnServer(home: Home, port: number): Promise<ChildProcess> {
  const output = await open(logFile(home), "w", 0o600)
  try {
    if (home.user.uid !== undefined && home.user.gid !== undefined) {
      await output.chown(home.user.uid, home.user.gid)
    }
    const settings = {
      listen_addresses: "127.0.0.1",
      port,
      unix_socket_directories: "",
      [STARTER_SETTING]: process.pid,
    }
    const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])
    const server = spawn(join(home.native, "bin/postgres"), ["-D", home.directory, ...flags], {
      ...processOptions(home.user, home.directory),
      detached: true,
      stdio: ["ignore", output.fd, output.fd],
    })
    server.on("error", () => {})
    server.unref()
    return server
  } finally {
    await output.close()
  }
}

/**
 * Waits on a pipe that only this process holds. Its end means that this process is gone, however it died, and then
 * Postgres is told to end as well. Kept from holding this process open, like the server.
 */
function spawnGuard(server: ChildProcess, home: Home): ChildProcess {
  const guard = spawn(
    "/bin/sh",
    ["-c", 'read -r _; kill -INT "$1"', "sluice-postgres-guard", `${server.pid}`],
    {
      ...processOptions(home.user, "/"),
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    },
  )
  guard.on("error", () => {})
  guard.unref()
  const pipe = guard.stdin as unknown as { unref(): void; on(event: "error", listener: () => void): void }
  pipe.on("error", () => {})
  pipe.unref()
  return guard
}

/** False when the server ended first. Replaying the log after a crash may take long; there is no deadline but the signal. */
async function untilReady(
  server: ChildProcess,
  home: Home,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  while (server.pid !== undefined && server.exitCode === null && server.signalCode === null) {
    const file = await readPostmasterFile(home.directory)
    if (file?.pid === server.pid && file.status === "ready") return true
    if (signal?.aborted) server.kill("SIGQUIT")
    await delay(POLL_MS)
  }
  return false
}

/** The port went to someone else in between, or the processes of a killed server are still ending. */
function isPassing(log: string): boolean {
  return /could not create any TCP\/IP sockets|pre-existing shared memory block/.test(log)
}

function logFile(home: Home): string {
  return join(home.directory, "sluice.log")
}

async function readLog(home: Home): Promise<string> {
  return await readFile(logFile(home), "utf8").catch(() => "")
}

function lastWords(log: string): string {
  const lines = log.trim().split("\n")
  const line = lines.findLast((candidate) => /FATAL|PANIC/.test(candidate)) ?? lines.at(-1)
  return line?.replace(/^.*?(FATAL|PANIC|LOG):\s*/, "") || "it said nothing"
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1")
  await once(probe, "listening")
  const { port } = probe.address() as { port: number }
  await new Promise((resolve) => probe.close(resolve))
  return port
}
