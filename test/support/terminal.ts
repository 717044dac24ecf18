import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process"
import { once } from "node:events"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { onTestFinished } from "vitest"
import { shellWords } from "./cli.ts"
import { eventually } from "./eventually.ts"
import { makeTemporaryFolder } from "./temporary-folder.ts"

/** `sluice` on a terminal of its own. */
export interface OnTerminal {
  /** What it has written so far, on both streams. */
  output(): string
  /** What it has written since this was asked the last time. */
  fresh(): string
  type(keys: string): void
  resize(columns: number, rows: number): void
  /** Sends it SIGTERM. */
  terminate(): void
  readonly ended: Promise<number | null>
}

/** Starts it on Linux, where util-linux has a command that gives a program a terminal. */
export async function startOnTerminal(
  url: string,
  args: readonly string[],
  { columns = 100, rows = 30 }: { columns?: number; rows?: number } = {},
): Promise<OnTerminal> {
  const { path, remove } = await makeTemporaryFolder()
  onTestFinished(remove)
  const settings = `stty cols ${columns} rows ${rows} -echo; echo $$ > ${path}/pid; tty > ${path}/tty`
  const child = spawn("script", ["-qec", `${settings}; exec ${shellWords(...args)}`, "/dev/null"], {
    env: environmentOf(url),
  })
  onTestFinished(() => void child.kill("SIGKILL"))
  const tty = await eventually(async () => {
    const name = (await readFile(join(path, "tty"), "utf8")).trim()
    if (name === "") throw new Error("no terminal yet")
    return name
  })
  const pid = Number(await readFile(join(path, "pid"), "utf8"))
  return follow(child, tty, pid)
}

function follow(child: ChildProcessWithoutNullStreams, tty: string, pid: number): OnTerminal {
  let output = ""
  let seen = 0
  child.stdout.on("data", (chunk) => (output += chunk))
  child.stderr.on("data", (chunk) => (output += chunk))
  return {
    output: () => output,
    fresh() {
      const fresh = output.slice(seen)
      seen = output.length
      return fresh
    },
    type: (keys) => void child.stdin.write(keys),
    resize: (columns, rows) =>
      void spawn("stty", ["-F", tty, "cols", String(columns), "rows", String(rows)], { stdio: "ignore" }),
    terminate: () => void process.kill(pid, "SIGTERM"),
    ended: once(child, "close").then(([code]) => code),
  }
}

/** Node takes a terminal for one without colours if it is told so, or that it runs in a CI that it doesn't know. */
function environmentOf(url: string): NodeJS.ProcessEnv {
  const { NO_COLOR: _, FORCE_COLOR: __, CI: ___, ...env } = process.env
  return { ...env, TERM: "xterm-256color", DATABASE_URL: url }
}
