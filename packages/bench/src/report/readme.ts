import type { Report, Result, Round } from "./results.ts"
import { formatSpread, ratioToFloor, spreadOf } from "./spread.ts"

const BEGIN = "<!-- figures: `npm run bench` writes what follows, from a run of several rounds -->"
const END = "<!-- end of figures -->"

const SYSTEMS = ["sluice", "graphile-worker", "pg-boss", "bullmq (Postgres)", "bullmq (Redis)"]

interface Row {
  readonly title: string
  readonly scenario: string
  readonly variant: string
  readonly figure: Exclude<keyof Round, "round">
}

const SPEED = "jobsPerSecond"
const ROWS: readonly Row[] = [
  { title: "Drain with 4 drainers, jobs/s", scenario: "throughput", variant: "4 drainers", figure: SPEED },
  { title: "Drain with 32 drainers, jobs/s", scenario: "drainers", variant: "32", figure: SPEED },
  { title: "Drain payloads of 1 KB, jobs/s", scenario: "payload", variant: "1 KB", figure: SPEED },
  { title: "Drain payloads of 64 KB, jobs/s", scenario: "payload", variant: "64 KB", figure: SPEED },
  { title: "Enqueue one by one, jobs/s", scenario: "enqueue", variant: "one by one", figure: SPEED },
  { title: "Enqueue 1,000 in a call, jobs/s", scenario: "enqueue", variant: "in bulk", figure: SPEED },
  {
    title: "Enqueue in bulk and drain, jobs/s",
    scenario: "end-to-end",
    variant: "4 drainers",
    figure: SPEED,
  },
  { title: "Latency at 1,000 jobs/s, p99 ms", scenario: "latency", variant: "1,000 jobs/s", figure: "p99Ms" },
  {
    title: "500 jobs run again after a crash, s",
    scenario: "crash",
    variant: "500 in flight",
    figure: "seconds",
  },
]

/** Replaces the figures in the README by those of the report, except for what was measured in one round only. */
export function withFigures(readme: string, report: Report): string {
  const [before, rest] = split(readme, BEGIN)
  const [, after] = split(rest, END)
  return `${before}${BEGIN}\n${figuresOf(report)}\n${END}${after}`
}

function split(text: string, marker: string): [string, string] {
  const at = text.indexOf(marker)
  if (at < 0) throw new Error(`The README has no line ${marker}`)
  return [text.slice(0, at), text.slice(at + marker.length)]
}

function figuresOf({ machine, results }: Report): string {
  const lines = ROWS.flatMap((row) => lineOf(row, results))
  return `
Measured on ${machine.cores} cores with Postgres ${machine.postgres} and the workers on the same machine, durability on, ${machine.measuredAt.slice(0, 10)}, with
\`${machine.command}\`: the median, and in parentheses the least and the greatest round. "Of the floor" is
the ratio to one bare \`DELETE … SKIP LOCKED … RETURNING\` or \`INSERT\` of the same jobs, which is no queue. BullMQ on Redis is not in
your database and loses up to a second of jobs in a crash of its machine.

| | of the floor | ${SYSTEMS.join(" | ")} |
|---|---|${SYSTEMS.map(() => "---|").join("")}
${lines.join("\n")}
`
}

function lineOf({ title, scenario, variant, figure }: Row, results: readonly Result[]): string[] {
  const found = results.filter((one) => one.scenario === scenario && one.config.variant === variant)
  const sluice = found.find(({ system }) => system === "sluice")
  if (!sluice?.perRound || sluice.perRound.length < 2) return []
  const cells = SYSTEMS.map((name) => {
    const result = found.find(({ system }) => system === name)
    if (!result) return ""
    return `${result.isCutOff ? "more than " : ""}${formatSpread(spreadOf(result, figure))}`
  })
  return [`| ${[title, formatSpread(ratioToFloor(sluice, results), 2), ...cells].join(" | ")} |`]
}
