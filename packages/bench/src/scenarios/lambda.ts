import { hostFunctions, MEMORY_MB } from "../measure/lambda-host.ts"
import { measureWork } from "../measure/measure-work.ts"
import type { Measurement } from "../report/results.ts"
import type { Run, Scenario } from "../scenario.ts"
import type { System } from "../system.ts"
import { sluice } from "../systems/sluice.ts"

const JOBS = 10_000

/** The local host's report of an invocation: its start, and the milliseconds from its event to its response. */
const REPORT = /^REPORT drain .* (?<start>cold|warm)(?: \(init (?<initMs>\d+) ms\))? (?<ms>\d+) ms succeeded/

export const lambda: Scenario = {
  name: "lambda",
  about: `10,000 jobs that do nothing, drained by the deployed bundle of the drain function in the local Lambda host: the milliseconds that would be billed. A core of this machine is faster than the share of a core that ${MEMORY_MB} MB include on Lambda.`,
  figure: "billedMs",
  variants: [
    { label: "cold", systems: [sluice], measure: (system, run) => measure(system, run, "cold") },
    { label: "warm", systems: [sluice], measure: (system, run) => measure(system, run, "warm") },
  ],
}

async function measure(system: System, run: Run, start: "cold" | "warm"): Promise<Measurement> {
  const jobs = run.jobs(JOBS)
  const database = await run.server.createDatabase(system)
  const lines: string[] = []
  const host = await hostFunctions(database.url, (line) => lines.push(line))
  try {
    if (start === "warm") await host.invoke("drain", "{}")
    await system.fill(database.pool, { count: jobs })
    await database.pool.query("vacuum analyze")
    const { value: answer, walBytes } = await measureWork(database, () => host.invoke("drain", "{}"))
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
  }
}

/** Lambda bills the init phase too. */
function billedOf(lines: readonly string[], start: string): number {
  const report = lines.map((line) => REPORT.exec(line)?.groups).findLast((groups) => groups)
  if (report?.start !== start) throw new Error(`No ${start} invocation among ${JSON.stringify(lines)}`)
  return Number(report.ms) + Number(report.initMs ?? 0)
}
