import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import pg from "pg"
import { eventually } from "./eventually.ts"
import { freePort } from "./free-port.ts"

/** Whether PgBouncer is on this machine. Debian: `apt-get install pgbouncer`. */
export function hasPgBouncer(): boolean {
  try {
    execFileSync("pgbouncer", ["--version"], { stdio: "ignore" })
    return true
  } catch {
    return false
  }
}

/** A PgBouncer of the given mode in front of a database. */
export async function startPgBouncer(
  url: string,
  mode: "transaction" | "session",
): Promise<{ url: string; stop(): Promise<void> }> {
  const target = new URL(url)
  const port = await freePort()
  const folder = await mkdtemp(join(tmpdir(), "sluice-pgbouncer-"))
  const config = join(folder, "pgbouncer.ini")
  await chmod(folder, 0o755)
  await writeFile(
    config,
    `[databases]
* = host=${target.hostname} port=${target.port} user=${target.username} password=${decodeURIComponent(target.password)}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
default_pool_size = 10
ignore_startup_parameters = extra_float_digits
`,
    { mode: 0o644 },
  )
  // it refuses to run as root
  const user = process.getuid?.() === 0 ? ["-u", "nobody"] : []
  const child = spawn("pgbouncer", ["-q", ...user, config], { stdio: "ignore" })
  const pooled = `postgres://any@127.0.0.1:${port}${target.pathname}`
  await eventually(() => answers(pooled))
  return {
    url: pooled,
    async stop() {
      await end(child)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function answers(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.end()
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill("SIGINT")
  await once(child, "exit")
}
