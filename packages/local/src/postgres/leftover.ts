import { execFile } from "node:child_process"
import { readFile, rm } from "node:fs/promises"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { promisify } from "node:util"
import { StartError } from "../start-error.ts"

/** A setting of ours on the server's command line: the pid of the process that started it. */
export const STARTER_SETTING = "sluice.starter_pid"

const LEFTOVER_PATIENCE_MS = 10_000
const POLL_MS = 20

/**
 * Makes way for a new server on the cluster: stops one whose starter is dead, and removes the lock file of one that
 * died with the machine. Throws `StartError` (`data_in_use`) where a living process uses the cluster.
 */
export async function stopLeftover(directory: string, log: (line: string) => void): Promise<void> {
  const pid = (await readPostmasterFile(directory))?.pid
  if (pid === undefined) return
  const server = await findServer(pid, directory)
  if (server && (server.starter === undefined || server.starter === server.parent)) {
    const owner =
      server.starter === undefined ? "a Postgres that Sluice did not start" : `process ${server.starter}`
    throw new StartError(
      "data_in_use",
      `The data in ${directory} are in use by ${owner} (Postgres has pid ${pid}). Stop it first, or set SLUICE_DATA_DIR to another folder`,
    )
  }
  if (server) {
    log(`Stopping the Postgres (pid ${pid}) of an earlier start that was killed`)
    await stopServer(pid, directory)
  }
  await rm(join(directory, "postmaster.pid"), { force: true })
}

/** What a server writes down about itself while it runs. `status` is `starting`, `ready`, `standby` or `stopping`. */
export async function readPostmasterFile(
  directory: string,
): Promise<{ pid: number; status: string | undefined } | undefined> {
  const text = await readFile(join(directory, "postmaster.pid"), "utf8").catch(() => undefined)
  const lines = text?.split("\n")
  const pid = Number(lines?.[0])
  return pid > 0 ? { pid, status: lines?.[7]?.trim() } : undefined
}

async function stopServer(pid: number, directory: string): Promise<void> {
  const deadlineAt = Date.now() + LEFTOVER_PATIENCE_MS
  let signal: NodeJS.Signals = "SIGINT"
  while (await findServer(pid, directory)) {
    if (Date.now() > deadlineAt) signal = "SIGQUIT"
    if (Date.now() > deadlineAt + LEFTOVER_PATIENCE_MS) {
      throw new StartError(
        "data_in_use",
        `The Postgres with pid ${pid} on ${directory} does not stop; stop it by hand`,
      )
    }
    killIfThere(pid, signal)
    await delay(POLL_MS)
  }
}

/**
 * The server with that pid, if it is one on that cluster: a pid alone proves nothing after a restart of the machine,
 * and a dead process that nobody has waited for still has one.
 */
async function findServer(
  pid: number,
  directory: string,
): Promise<{ parent: number; starter: number | undefined } | undefined> {
  const found = process.platform === "linux" ? await readProc(pid) : await askPs(pid)
  if (!found?.command.includes(` -D ${directory} `)) return undefined
  const starter = new RegExp(`${STARTER_SETTING}=(\\d+)`).exec(found.command)?.[1]
  return { parent: found.parent, starter: starter === undefined ? undefined : Number(starter) }
}

async function readProc(pid: number): Promise<{ parent: number; command: string } | undefined> {
  try {
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8")
    const stat = await readFile(`/proc/${pid}/stat`, "utf8")
    // The second field is the program's name in brackets and may hold anything; the parent is the second one after it.
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1])
    return { parent, command: command.replaceAll("\0", " ") }
  } catch {
    return undefined
  }
}

async function askPs(pid: number): Promise<{ parent: number; command: string } | undefined> {
  try {
    const { stdout } = await promisify(execFile)("ps", ["-ww", "-o", "ppid=,command=", "-p", `${pid}`])
    const [, parent, command] = /^\s*(\d+)\s+(.*)$/s.exec(stdout) ?? []
    return command === undefined ? undefined : { parent: Number(parent), command }
  } catch {
    return undefined
  }
}

function killIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // Gone in between, which is what was wanted.
  }
}
