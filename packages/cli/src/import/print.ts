import { plain, printJson } from "../output/terminal.ts"
import type { Report } from "./report.ts"

export interface Printing {
  readonly system: string
  readonly fromSchema: string
  readonly schema: string
  readonly dryRun: boolean
  readonly json: boolean
}

/** For people, the list of ids ends after these. JSON has all of them. */
const IDS_SHOWN = 5

export function printReport(report: Report, how: Printing): void {
  if (how.json) printJson(toJson(report, how))
  else for (const line of toLines(report, how)) console.log(plain(line)) // has names from the database
}

function toJson(report: Report, { system, fromSchema, schema, dryRun }: Printing) {
  const { schedules, refused, inUse, failed } = report
  return {
    system,
    from: fromSchema,
    to: schema,
    dryRun,
    jobs: report.countMoved(),
    moved: [...report.moved].map(([name, counts]) => ({ name, ...counts })),
    schedules,
    refused,
    inUse,
    failed,
  }
}

function toLines(report: Report, { system, fromSchema, schema, dryRun }: Printing): string[] {
  const done = dryRun ? "Would move" : "Moved"
  const jobs = counted(report.countMoved(), "job")
  const schedules = counted(report.schedules.length, "schedule")
  return [
    `${done} ${jobs} and ${schedules} from ${system} (schema ${fromSchema}) to Sluice (schema ${schema}).`,
    ...tableOf(report),
    ...report.schedules.map((key) => `  schedule ${key}`),
    ...leftOf(report),
  ]
}

function tableOf({ moved }: Report): string[] {
  if (moved.size === 0) return []
  const rows = [...moved].map(([name, { ready, scheduled, other }]) =>
    [name, ready, scheduled, other].map(String),
  )
  const all = [["name", "ready", "scheduled", "other"], ...rows]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  return all.map((row) => `  ${row.map((cell, column) => pad(cell, widths[column] ?? 0, column)).join("  ")}`)
}

/** Names begin at the left, numbers end at the right. */
function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width)
}

function leftOf({ refused, inUse, failed }: Report): string[] {
  const lines = [
    ...refused.map(
      ({ kind, name, reason, ids }) => `  ${counted(ids.length, kind)} ${name}: ${reason} (${shown(ids)})`,
    ),
    ...(inUse > 0
      ? [`  ${counted(inUse, "job")} that a worker has, or that came meanwhile: import again later`]
      : []),
    ...(failed > 0 ? [`  ${counted(failed, "job")} that failed for good`] : []),
  ]
  return lines.length === 0 ? [] : ["Left where they are:", ...lines]
}

function shown(ids: readonly string[]): string {
  return ids.length > IDS_SHOWN ? `${ids.slice(0, IDS_SHOWN).join(", ")}, …` : ids.join(", ")
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`
}
