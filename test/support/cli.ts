import { type ChildProcessWithoutNullStreams, execFile, spawn } from "node:child_process"
import { once } from "node:events"
import { text } from "node:stream/consumers"
import { fileURLToPath } from "node:url"

/** The file that is the command. */
export const SLUICE = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url))

/** Runs `sluice` with these arguments in a process of its own, without the settings of this one's environment. */
export const runSluice = Object.assign(runIn({}), { with: runIn })

/** The same with these variables in its environment. */
function runIn(variables: Record<string, string>) {
  const { DATABASE_URL: _, SLUICE_SCHEMA: __, ...env } = process.env
  return (...args: string[]): Promise<{ code: number; output: string; stdout: string }> =>
    new Promise((resolve) => {
      const options = { env: { ...env, ...variables } }
      execFile(process.execPath, [SLUICE, ...args], options, (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr, stdout })
      })
    })
}

interface Ended {
  /** Null: a signal has ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** `sluice` on a database: each call is a process of its own, with a pipe for each of its streams. */
export function sluiceOn(url: string) {
  return (...args: string[]): Promise<Ended> => ended(startSluice(url, args))
}

/** The same with a standard input. */
export function sluiceWithInput(url: string, input: string, ...args: string[]): Promise<Ended> {
  const child = startSluice(url, args)
  child.stdin.end(input)
  return ended(child)
}

/** Starts it, for tests that look at it while it works. */
export function startSluice(url: string, args: readonly string[]): ChildProcessWithoutNullStreams {
  const { SLUICE_SCHEMA: _, ...env } = process.env
  return spawn(process.execPath, [SLUICE, ...args], { env: { ...env, DATABASE_URL: url } })
}

/** Its words as a shell takes them. */
export function shellWords(...args: string[]): string {
  return [process.execPath, SLUICE, ...args].map((word) => `'${word}'`).join(" ")
}

async function ended(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  const [stdout, stderr] = [text(child.stdout), text(child.stderr)]
  const [code] = await once(child, "close")
  return { code, stdout: await stdout, stderr: await stderr }
}
