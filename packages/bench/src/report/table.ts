import { ratioToFloor } from "./compare.ts"
import type { Result } from "./results.ts"

/** Formats the results as text, with a block for each variant of a scenario. */
export function tableOf(results: readonly Result[]): string {
  const blocks = Map.groupBy(results, ({ scenario, config }) => `${scenario}, ${config.variant}`)
  return [...blocks].map(([title, rows]) => `${title}\n${table(rows, results)}`).join("\n\n")
}

function table(rows: readonly Result[], all: readonly Result[]): string {
  const lines = rows.map((row) => [
    row.system,
    row.jobs.toLocaleString("en"),
    row.seconds.toFixed(2),
    row.billedMs === undefined
      ? Math.round(row.jobsPerSecond).toLocaleString("en")
      : `${row.billedMs} ms billed`,
    spreadOf(row),
    ratioToFloor(row, all)?.toFixed(2) ?? "",
    row.walBytesPerJob.toLocaleString("en"),
    row.statementsPerJob.toFixed(3),
    row.p50Ms === undefined ? "" : `${row.p50Ms} / ${row.p99Ms}`,
    row.longestClaimMs === undefined ? "" : `${row.longestClaimMs} / ${row.longestSettleMs}`,
    row.duplicates + row.missing === 0 ? "ok" : `${row.duplicates} duplicate, ${row.missing} missing`,
  ])
  const head = [
    "system",
    "jobs",
    "seconds",
    "jobs/s",
    "rounds",
    "of floor",
    "WAL B/job",
    "stmts/job",
    "p50 / p99 ms",
    "longest claim / settle ms",
    "each once",
  ]
  const widths = head.map((title, column) =>
    Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)),
  )
  return [head, ...lines]
    .map((line) =>
      line.map((cell, column) => cell[column ? "padStart" : "padEnd"](widths[column] as number)).join("  "),
    )
    .join("\n")
}

function spreadOf({ rounds }: Result): string {
  const [slowest, fastest] = [rounds[0] ?? 0, rounds.at(-1) ?? 0].map((rate) =>
    Math.round(rate).toLocaleString("en"),
  )
  return rounds.length > 1 ? `${slowest}–${fastest}` : ""
}
