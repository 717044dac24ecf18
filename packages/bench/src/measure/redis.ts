import { execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Redis } from "ioredis"

export interface RedisServer {
  /** Path of its socket. */
  readonly url: string
  /** Bytes written to its append-only file. */
  logPosition(): Promise<number>
  stop(): Promise<void>
}

/**
 * Persistence as BullMQ recommends for production (docs.bullmq.io/guide/going-to-production): an append-only file, synced
 * once a second. Everything else is Redis' default, without a port.
 */
const SETTINGS = ["--port", "0", "--save", "", "--appendonly", "yes", "--appendfsync", "everysec"]

/** Returns why Redis can't be started on this machine, if so. */
export function whyNoRedis(): string | undefined {
  try {
    execFileSync("redis-server", ["--version"], { stdio: "ignore" })
    return undefined
  } catch {
    return "redis-server isn't installed (Debian: apt-get install redis-server)"
  }
}

/** Starts an empty Redis on a socket in a folder of its own. */
export async function startRedis(): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-bench-redis-"))
  const url = join(folder, "redis.sock")
  const server = spawn("redis-server", [...SETTINGS, "--unixsocket", url, "--dir", folder], {
    stdio: "ignore",
  })
  const exited = once(server, "exit")
  const kill = () => void server.kill("SIGKILL")
  process.once("exit", kill) // also if the run is interrupted
  const client = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: null })
  client.on("error", () => {}) // it connects as soon as the socket is there
  const ended = exited.then(([code]) => Promise.reject(new Error(`redis-server ended with ${code}`)))
  ended.catch(() => {})
  await Promise.race([client.ping(), ended])
  return {
    url,
    async logPosition() {
      const [, bytes] = /^aof_current_size:(\d+)/m.exec(await client.info("persistence")) ?? []
      return Number(bytes)
    },
    async stop() {
      client.disconnect()
      process.off("exit", kill)
      kill()
      await exited
      await rm(folder, { recursive: true, force: true })
    },
  }
}
