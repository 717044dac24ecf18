import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { expect, onTestFinished } from "vitest"
import { eventually } from "./eventually.ts"
import { freePort } from "./free-port.ts"
import { makeTemporaryFolder } from "./temporary-folder.ts"

const ROOT = join(import.meta.dirname, "../..")
const API_KEY = "key-of-the-tests"

interface Answer {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: a test knows what it asks for
  body: any
}

export interface Running {
  readonly url: string
  readonly pid: number
  /** Every line that it printed. */
  readonly lines: readonly string[]
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>
  get(path: string): Promise<Answer>
  /** Process ids of drain invocations that have begun and not ended. */
  drainsUnderWay(): number[]
  /** Sends the signal and resolves with exit code and milliseconds. */
  stop(signal?: NodeJS.Signals): Promise<{ code: number | null; ms: number }>
}

/** What `npm start` runs, on a port and in a data folder of its own; ended with the test. */
export async function startSluice(
  environment: Record<string, string> = {},
  root: string = ROOT,
): Promise<Running> {
  const settings = { PORT: String(await freePort()), SLUICE_DATA_DIR: await temporaryFolder() }
  const started = launch({ ...settings, ...environment }, root)
  const ready = await eventually(() => {
    if (started.exit()) throw new Error(`It ended: ${started.lines.join("\n")}`)
    const line = started.lines.find((candidate) => candidate.startsWith("ready "))
    expect(line, started.lines.join("\n")).toBeDefined()
    return line as string
  }, 30_000)
  return running(started, ready.slice("ready ".length))
}

/** The same where it is expected to fail: resolves with what it said and its exit code. */
export async function startAndFail(
  environment: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  const started = launch({ PORT: "0", SLUICE_DATA_DIR: await temporaryFolder(), ...environment })
  await eventually(() => expect(started.exit()).toBeDefined(), 30_000)
  return { code: started.exit()?.code ?? null, output: started.lines.join("\n") }
}

export async function temporaryFolder(): Promise<string> {
  const { path, remove } = await makeTemporaryFolder()
  onTestFinished(remove)
  return path
}

function launch(environment: Record<string, string>, root = ROOT) {
  const main = join(root, "packages/local/src/main.ts")
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env
  const child = spawn(process.execPath, [main], {
    env: { PATH, HOME, NODE_COMPILE_CACHE, SLUICE_API_KEY: API_KEY, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  })
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr])
    createInterface(stream).on("line", (line) => lines.push(line))
  let exit: { code: number | null } | undefined
  child.on("exit", (code) => {
    exit = { code }
  })
  onTestFinished(async () => {
    if (exit) return
    child.kill("SIGTERM")
    await once(child, "exit")
  })
  return { child, lines, exit: () => exit }
}

function running({ child, lines, exit }: ReturnType<typeof launch>, url: string): Running {
  const request = async (path: string, options: RequestInit, more: Record<string, string> = {}) => {
    const headers = { authorization: `Bearer ${API_KEY}`, "content-type": "application/json", ...more }
    const response = await fetch(url + path, { ...options, headers })
    return { status: response.status, headers: response.headers, body: await response.json() }
  }
  return {
    url,
    pid: child.pid as number,
    lines,
    post: (path, body, headers) => request(path, { method: "POST", body: JSON.stringify(body) }, headers),
    get: (path) => request(path, {}),
    drainsUnderWay() {
      const open = new Map<string, number>()
      for (const line of lines) {
        const [, word, id, pid] = /^(START|REPORT) drain RequestId (\S+) pid (\d+)/.exec(line) ?? []
        if (word === "START") open.set(id as string, Number(pid))
        if (word === "REPORT") open.delete(id as string)
      }
      return [...open.values()]
    },
    async stop(signal = "SIGTERM") {
      const beganAtMs = performance.now()
      child.kill(signal)
      if (!exit()) await once(child, "exit")
      return { code: exit()?.code ?? null, ms: performance.now() - beganAtMs }
    },
  }
}
