import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { bundleFunctions, createHost } from "@sluice/local"
import { walPosition } from "../measure-drain.ts"
import type { Measurement } from "../results.ts"
import type { Run, Scenario } from "../scenario.ts"
import type { System } from "../system.ts"
import { sluice } from "../systems/sluice.ts"

const ROOT = fileURLToPath(new URL("../../../..", import.meta.url))
const JOBS = 10_000
const MEMORY_MB = 512

/** What the local host reports of an invocation: its start, and the milliseconds from its event to its answer. */
const REPORT = /^REPORT drain .* (?<start>cold|warm)(?: \(init (?<initMs>\d+) ms\))? (?<ms>\d+) ms succeeded/

export const lambda: Scenario = {
  name: "lambda",
  about: `10,000 jobs that do nothing, drained by the deployed bundle of the drain function in the local Lambda host: the milliseconds that would be billed. A core of this machine is more than the share of one that ${MEMORY_MB} MB buy on Lambda.`,
  figure: "billedMs",
  variants: [
    { label: "cold", systems: [sluice], measure: (system, run) => measure(system, run, "cold") },
    { label: "warm", systems: [sluice], measure: (system, run) => measure(system, run, "warm") },
  ],
}

async function measure(system: System, run: Run, start: "cold" | "warm"): Promise<Measurement> {
  const jobs = run.jobs(JOBS)
  const database = await run.server.createDatabase(system)
  const folder = await mkdtemp(join(tmpdir(), "sluice-bench-lambda-"))
  const lines: string[] = []
  const host = await hostDrain(folder, database.url, (line) => lines.push(line))
  try {
    if (start === "warm") await host.invoke("drain", "{}")
    await system.fill(database.pool, { count: jobs })
    await database.pool.query("vacuum analyze")
    const walBefore = await walPosition(database)
    const answer = await host.invoke("drain", "{}")
    const walBytes = (await walPosition(database)) - walBefore
    const { succeeded } = JSON.parse(answer.payload)
    const billedMs = billedOf(lines, start)
    return {
      jobs,
      seconds: billedMs / 1_000,
      walBytes,
      statements: 0,
      duplicates: 0,
      missing: jobs - succeeded,
      billedMs,
    }
  } finally {
    await host.close()
    await database.drop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function hostDrain(folder: string, databaseUrl: string, log: (line: string) => void) {
  const external = ["@aws-sdk/*"]
  const { drain } = await bundleFunctions({
    root: ROOT,
    outDir: folder,
    functions: { drain: { handler: "functions/drain.handler", external } },
  })
  const environment = {
    SST_RESOURCE_App: JSON.stringify({ name: "sluice", stage: "bench" }),
    SST_RESOURCE_SluiceDatabase: JSON.stringify({ url: databaseUrl }),
    SST_RESOURCE_SluiceApiKey: JSON.stringify({ value: "not used here" }),
  }
  return createHost({
    functions: {
      drain: { ...drain, environment, timeoutMs: 120_000, memoryMb: MEMORY_MB, maxEnvironments: 1 },
    },
    log,
  })
}

/** Lambda bills the time of starting a function too. */
function billedOf(lines: readonly string[], start: string): number {
  const report = lines.map((line) => REPORT.exec(line)?.groups).findLast((groups) => groups)
  if (report?.start !== start) throw new Error(`No ${start} invocation among ${JSON.stringify(lines)}`)
  return Number(report.ms) + Number(report.initMs ?? 0)
}
