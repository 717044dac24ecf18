// `npm run bench`: measures Sluice and its peers side by side. See docs/decisions/0013-benchmark.md.
import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises"
import { arch, cpus, release, totalmem, type } from "node:os"
import { dirname } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { startServer } from "./measure/server.ts"
import { createProgress } from "./progress.ts"
import { slowerThan } from "./report/compare.ts"
import { pageOf } from "./report/page.ts"
import { withFigures } from "./report/readme.ts"
import type { Machine, Report } from "./report/results.ts"
import { tableOf } from "./report/table.ts"
import { runScenarios } from "./run.ts"
import type { Scenario } from "./scenario.ts"
import { scenarios } from "./scenarios/index.ts"
import type { System } from "./system.ts"

const PAGE = fileURLToPath(new URL("../../../docs/benchmarks/index.html", import.meta.url))
const README = fileURLToPath(new URL("../../../README.md", import.meta.url))

const USAGE = `npm run bench -- [scenario …] [options]

  scenario         ${scenarios.map(({ name }) => name).join(", ")}; default: ${allBut(scenarios.filter(({ isOnDemand }) => isOnDemand))}
  --json FILE      write the results
  --compare FILE   list what became slower than in these results
  --scale FACTOR   multiplies the number of jobs, such as 0.1 for a quick try; default 1
  --rounds COUNT   rounds of each measurement; default 3
  --system NAME    measure only this system and the floor; repeatable
  --page FILE      write a page of plots; default docs/benchmarks/index.html when everything is measured;
                   the README's figures are written then, too, if there are several rounds`

function allBut(scenarios: readonly Scenario[]): string {
  return scenarios.length === 0 ? "all" : `all but ${scenarios.map(({ name }) => name).join(", ")}`
}

class UsageError extends Error {}

try {
  await main()
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(`error: ${error.message}\n\n${USAGE}`)
  process.exitCode = 2
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2))
  const earlier = options.compare === undefined ? undefined : await readReport(options.compare)
  if (options.json !== undefined) await assertWritable(options.json)
  const { runnable, skipped } = withoutMissing(options.scenarios)
  for (const { system, why } of skipped) console.log(`SKIPPED ${system}: ${why}`)
  const progress = createProgress()
  const server = await startServer(() => {})
  process.once("SIGINT", () => void server.stop().finally(() => process.exit(130)))
  try {
    const { scale } = options
    const jobs = (count: number, system?: System) => Math.ceil(count * scale * (system?.share ?? 1))
    const results = await runScenarios(runnable, { server, jobs }, options.rounds, progress)
    const report: Report = { machine: describeMachine(server.version, options.command), results, skipped }
    console.log(tableOf(results))
    for (const { system, why } of skipped) console.log(`\nSKIPPED ${system}: ${why}`)
    if (options.json) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`)
    if (options.page) await writePage(options.page, report)
    if (options.page === PAGE && options.rounds > 1) await writeFigures(report)
    if (earlier) printSlower(slowerThan(earlier, report))
  } finally {
    await server.stop()
  }
}

function readOptions(parameters: string[]) {
  const { values, positionals } = parse(parameters)
  const isWhole = positionals.length === 0 && !values.scale && !values.system
  const usual = scenarios.filter(({ isOnDemand = false }) => !isOnDemand)
  const selected = positionals.length > 0 ? positionals.map(findScenario) : usual
  return {
    scenarios: selected.map((scenario) => withSystems(scenario, values.system)),
    scale: parsePositive("--scale", values.scale ?? "1"),
    rounds: Math.ceil(parsePositive("--rounds", values.rounds ?? "3")),
    json: values.json,
    compare: values.compare,
    page: values.page ?? (isWhole ? PAGE : undefined),
    command: commandOf(positionals, values),
  }
}

/** The command that measured, without the names of output files. */
function commandOf(
  names: readonly string[],
  { scale, rounds, system = [] }: ReturnType<typeof parse>["values"],
): string {
  const parameters = [
    ...names,
    ...(scale ? [`--scale ${scale}`] : []),
    ...(rounds ? [`--rounds ${rounds}`] : []),
    ...system.map((name) => `--system ${JSON.stringify(name)}`),
  ]
  return ["npm run bench", ...(parameters.length > 0 ? ["--", ...parameters] : [])].join(" ")
}

function parse(parameters: string[]) {
  const text = { type: "string" } as const
  const options = {
    json: text,
    compare: text,
    scale: text,
    rounds: text,
    page: text,
    system: { ...text, multiple: true },
  } as const
  try {
    return parseArgs({ args: parameters, options, allowPositionals: true })
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function findScenario(name: string): Scenario {
  const scenario = scenarios.find((one) => one.name === name)
  if (!scenario) throw new UsageError(`There is no scenario ${JSON.stringify(name)}`)
  return scenario
}

function withSystems(scenario: Scenario, names: readonly string[] | undefined): Scenario {
  return names ? only(scenario, ({ name }) => name === "floor" || names.includes(name)) : scenario
}

/** Leaves out the systems that this machine can't run. */
function withoutMissing(scenarios: readonly Scenario[]) {
  const systems = new Set(scenarios.flatMap(({ variants }) => variants.flatMap(({ systems }) => systems)))
  const whyMissing = new Map([...systems].map((system) => [system, system.whyMissing?.()]))
  const skipped = [...whyMissing].flatMap(([{ name }, why]) => (why ? { system: name, why } : []))
  return { runnable: scenarios.map((one) => only(one, (system) => !whyMissing.get(system))), skipped }
}

function only(scenario: Scenario, isWanted: (system: System) => boolean): Scenario {
  return {
    ...scenario,
    variants: scenario.variants.map((one) => ({ ...one, systems: one.systems.filter(isWanted) })),
  }
}

function parsePositive(option: string, text: string): number {
  const number = Number(text)
  if (number > 0) return number
  throw new UsageError(`${option} is ${JSON.stringify(text)}: give a number above 0`)
}

async function readReport(file: string): Promise<Report> {
  try {
    return JSON.parse(await readFile(file, "utf8"))
  } catch (error) {
    throw new UsageError(`--compare ${file}: ${(error as Error).message}. Give a file that --json wrote`)
  }
}

/** Checks this before anything is measured. */
async function assertWritable(file: string): Promise<void> {
  try {
    await appendFile(file, "")
  } catch (error) {
    throw new UsageError(`--json ${file} can't be written: ${(error as Error).message}`)
  }
}

function describeMachine(postgres: string, command: string): Machine {
  const [cpu] = cpus()
  return {
    cpu: cpu?.model.trim() || arch(),
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    os: `${type()} ${release()}`,
    node: process.version,
    postgres,
    measuredAt: new Date().toISOString(),
    command,
  }
}

async function writePage(file: string, report: Report): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, pageOf(report, scenarios))
  console.log(`\nPlots: ${file}`)
}

async function writeFigures(report: Report): Promise<void> {
  await writeFile(README, withFigures(await readFile(README, "utf8"), report))
  console.log(`Figures: ${README}`)
}

function printSlower(lines: readonly string[]): void {
  console.log(lines.length > 0 ? `\nSlower than before:\n${lines.join("\n")}` : "\nNothing became slower.")
  if (lines.length > 0) process.exitCode = 1
}
