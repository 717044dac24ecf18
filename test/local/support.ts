import { execFileSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import {
  bundleFunctions,
  createHost,
  type FunctionConfig,
  type Host,
  type HostOptions,
  type InvokeOptions,
} from "@sluice/local"
import { afterAll, expect } from "vitest"

export const ROOT = path.resolve(import.meta.dirname, "../..")

export interface TestHost {
  readonly host: Host
  /** What the host has printed. */
  readonly lines: string[]
  /** Invokes and parses the answer. */
  // biome-ignore lint/suspicious/noExplicitAny: each fixture answers in its own shape
  call(functionName: string, event?: unknown, options?: InvokeOptions): Promise<any>
}

const endings: (() => Promise<unknown>)[] = []
afterAll(async () => {
  for (const end of endings.reverse()) await end()
})

/** Runs after the tests of the file, in reverse order; unlike `afterAll`, also when it is called in a test. */
export function atTheEnd(end: () => Promise<unknown>): void {
  endings.push(end)
}

type Fixtures = Record<
  string,
  Omit<FunctionConfig, "bundleDir" | "handler"> & { file?: string; export?: string }
>

/** A host with functions of test/local/fixtures, by the name of their export. After the tests nothing of it may be left. */
export async function startTestHost(
  fixtures: Fixtures,
  options: Partial<HostOptions> = {},
): Promise<TestHost> {
  const outDir = await temporaryDirectory()
  const sources = Object.entries(fixtures).map(([name, { file = "functions", export: exported = name }]) => [
    name,
    { handler: `test/local/fixtures/${file}.${exported}`, external: ["@aws-sdk/*"] },
  ])
  const bundles = await bundleFunctions({ root: ROOT, outDir, functions: Object.fromEntries(sources) })
  const functions = Object.entries(fixtures).map(([name, { file: _, export: __, ...config }]) => [
    name,
    { ...config, ...(bundles[name] as FunctionConfig) },
  ])
  const lines: string[] = []
  const log = (line: string) => lines.push(line)
  const host = await createHost({ log, ...options, functions: Object.fromEntries(functions) })
  atTheEnd(async () => {
    await host.close({ graceMs: 0 })
    for (const pid of startedPids(lines)) expect(isAlive(pid), `process ${pid} is left over`).toBe(false)
  })
  return {
    host,
    lines,
    async call(functionName, event = {}, how) {
      return JSON.parse((await host.invoke(functionName, JSON.stringify(event), how)).payload)
    },
  }
}

export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), "sluice-local-"))
  atTheEnd(() => rm(directory, { recursive: true, force: true }))
  return directory
}

/** Looks until `condition` answers something truthy, and gives that back; fails after 10 s. */
export async function waitFor<T>(
  what: string,
  condition: () => T | Promise<T>,
): Promise<NonNullable<Awaited<T>>> {
  const until = Date.now() + 10_000
  while (Date.now() < until) {
    const value = await condition()
    if (value) return value
    await sleep(10)
  }
  throw new Error(`Waited 10 s in vain until ${what}`)
}

export function startedPids(lines: readonly string[]): number[] {
  const pids = lines.flatMap((line) => /^START .* pid (\d+)/.exec(line)?.[1] ?? [])
  return [...new Set(pids)].map(Number)
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return processState(pid) !== "Z"
  } catch {
    return false
  }
}

/** `T` is a frozen process, `Z` one that has ended and was not waited for yet. */
export function processState(pid: number): string | undefined {
  return processes().find((each) => each.pid === pid)?.state
}

/** Processes that this one has started and that still run. */
export function children(): number[] {
  return processes()
    .filter((each) => each.parentPid === process.pid && each.state !== "Z")
    .map((each) => each.pid)
}

function processes(): { pid: number; parentPid: number; state: string }[] {
  const lines = process.platform === "linux" ? statLines() : psLines()
  return lines.flatMap((line) => {
    const [, pid, state, parentPid] = /^(\d+) \(.*\) (\S) (\d+) /s.exec(line) ?? []
    return state === undefined ? [] : { pid: Number(pid), parentPid: Number(parentPid), state }
  })
}

function statLines(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return readFileSync(`/proc/${pid}/stat`, "utf8")
      } catch {
        return [] // it has just ended
      }
    })
}

/** In the form of Linux' `/proc/<pid>/stat`. */
function psLines(): string[] {
  const rows = execFileSync("ps", ["-A", "-o", "pid=,stat=,ppid="], { encoding: "utf8" }).trim().split("\n")
  return rows.map((row) => {
    const [pid, state, parentPid] = row.trim().split(/\s+/)
    return `${pid} () ${state?.[0]} ${parentPid} `
  })
}
