import type { Result } from "./results.ts"
import { ratioToFloor, type Spread, spreadOf } from "./spread.ts"

/** Formats the results as text, with a block for each variant of a scenario. Spreads are from the least to the greatest round. */
export function tableOf(results: readonly Result[]): string {
  const blocks = Map.groupBy(results, ({ scenario, config }) => `${scenario}, ${config.variant}`)
  const notes = new Map(results.flatMap(({ system, config }) => (config.note ? [[system, config.note]] : [])))
  return [
    ...[...blocks].map(([title, rows]) => `${title}\n${table(rows, results)}`),
    ...[...notes].map(([system, note]) => `† ${system}: ${note}`),
  ].join("\n\n")
}

function table(rows: readonly Result[], all: readonly Result[]): string {
  const lines = rows.map((row) => {
    const ratio = ratioToFloor(row, all)
    return [
      row.config.note ? `${row.system} †` : row.system,
      row.jobs.toLocaleString("en"),
      `${row.isCutOff ? "> " : ""}${row.seconds.toFixed(2)}`,
      speedOf(row),
      rangeOf(spreadOf(row, row.billedMs === undefined ? "jobsPerSecond" : "billedMs"), 0),
      ratio?.median.toFixed(2) ?? "",
      rangeOf(ratio, 2),
      row.walBytesPerJob.toLocaleString("en"),
      row.statementsPerJob.toFixed(3),
      row.p50Ms === undefined ? "" : `${row.p50Ms} / ${row.p99Ms}`,
      rangeOf(spreadOf(row, "p99Ms"), 1),
      row.longestClaimMs === undefined
        ? ""
        : `${row.longestClaimMs} / ${row.longestSettleMs} / ${row.longestEnqueueMs ?? "-"}`,
      row.duplicates + row.missing === 0 ? "ok" : `${row.duplicates} duplicate, ${row.missing} missing`,
    ]
  })
  const head = [
    "system",
    "jobs",
    "seconds",
    "jobs/s",
    "rounds",
    "of floor",
    "rounds",
    "WAL B/job",
    "stmts/job",
    "p50 / p99 ms",
    "rounds' p99",
    "longest claim / settle / enqueue ms",
    "each once",
  ]
  const columns = head.map((_, column) => column).filter((column) => lines.some((line) => line[column]))
  const widths = head.map((title, column) =>
    Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)),
  )
  return [head, ...lines]
    .map((line) =>
      columns
        .map((column) => line[column]?.[column ? "padStart" : "padEnd"](widths[column] as number))
        .join("  "),
    )
    .join("\n")
}

function speedOf({ billedMs, isCutOff, jobsPerSecond }: Result): string {
  if (billedMs !== undefined) return `${billedMs} ms billed`
  return isCutOff ? "" : Math.round(jobsPerSecond).toLocaleString("en")
}

function rangeOf(spread: Spread | undefined, digits: number): string {
  if (!spread || spread.min === spread.max) return ""
  const format = (value: number) =>
    value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })
  return `${format(spread.min)}–${format(spread.max)}`
}
