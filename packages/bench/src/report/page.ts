import type { Figure, Scenario } from "../scenario.ts"
import type { Machine, Report, Result, Skipped } from "./results.ts"
import { formatNumber, formatSpread, ratioToFloor, spreadOf } from "./spread.ts"

/** Formats the results as a page without scripts: for each scenario a plot, and its figures. */
export function pageOf({ machine, results, skipped = [] }: Report, scenarios: readonly Scenario[]): string {
  const measured = scenarios.filter(({ name }) => results.some(({ scenario }) => scenario === name))
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sluice: benchmarks</title>
<style>${STYLE}</style>
<h1>Sluice and its peers, side by side</h1>
<p>${describe(machine)} Bars are the median round, whiskers the least and the greatest. To reproduce: <code>${escapeHtml(machine.command)}</code>.</p>
<ul>
${notesOf(results, skipped)
  .map((note) => `<li>${escapeHtml(note)}</li>`)
  .join("")}</ul>
${measured
  .map((scenario) =>
    sectionOf(
      scenario,
      results.filter((result) => result.scenario === scenario.name),
    ),
  )
  .join("\n")}
</html>
`
}

function describe({ cpu, cores, memoryGb, os, node, postgres, measuredAt }: Machine): string {
  const machine = `${cores} cores of ${cpu}, ${memoryGb} GB, ${os}, Node ${node}, Postgres ${postgres} on the same machine`
  return `${escapeHtml(machine)}. All systems took turns on one server with durability on. Measured ${measuredAt.slice(0, 10)}.`
}

function notesOf(results: readonly Result[], skipped: readonly Skipped[]): string[] {
  const notes = new Map(results.flatMap(({ system, config }) => (config.note ? [[system, config.note]] : [])))
  return [
    ...[...notes].map(([system, note]) => `${system} †: ${note}`),
    ...skipped.map(({ system, why }) => `${system} was not measured: ${why}`),
  ]
}

function sectionOf(scenario: Scenario, results: readonly Result[]): string {
  return `<section id="${scenario.name}">
<h2>${scenario.name}</h2>
<p>${escapeHtml(scenario.about).replace(/`(.+?)`/g, "<code>$1</code>")} Plotted: ${UNITS[scenario.figure]}.</p>
${plotOf(scenario.figure, results)}
<details><summary>Figures</summary>${tableOf(results)}</details>
</section>`
}

const UNITS: Readonly<Record<Figure, string>> = {
  jobsPerSecond: "jobs per second; longer is better",
  walBytesPerJob: "bytes of write-ahead log per job; shorter is better",
  p99Ms: "99th percentile in milliseconds; shorter is better",
  seconds: "seconds; shorter is better",
  billedMs: "billed milliseconds; shorter is better",
}

const WIDTH = 760
const LABEL_WIDTH = 180
const FIGURE_WIDTH = 110
const BAR_HEIGHT = 18
const TITLE_HEIGHT = 26
const GROUP_GAP = 10

/** Horizontal bars, a group for each variant, on one scale. */
function plotOf(figure: Figure, results: readonly Result[]): string {
  const groups = [...Map.groupBy(results, ({ config }) => config.variant)]
  const most = Math.max(...results.map((result) => extremes(figure, result)[1]))
  const lengthOf = (value: number) => (value / most) * (WIDTH - LABEL_WIDTH - FIGURE_WIDTH)
  let y = 0
  const drawn = groups.map(([variant, group]) => {
    const title = `<text class="variant" x="0" y="${y + 17}">${escapeHtml(variant)}</text>`
    y += TITLE_HEIGHT
    const bars = group.map((result) => {
      const bar = barOf(figure, result, y, lengthOf)
      y += BAR_HEIGHT + 4
      return bar
    })
    y += GROUP_GAP
    return title + bars.join("")
  })
  return `<svg viewBox="0 0 ${WIDTH} ${y}" role="img" aria-label="${UNITS[figure]}">${drawn.join("")}</svg>`
}

function barOf(figure: Figure, result: Result, y: number, lengthOf: (value: number) => number): string {
  const value = spreadOf(result, figure)?.median ?? 0
  const [least, most] = extremes(figure, result)
  const middle = y + BAR_HEIGHT / 2
  const whisker =
    least < most
      ? `<path class="spread" d="M${LABEL_WIDTH + lengthOf(least)} ${middle}H${LABEL_WIDTH + lengthOf(most)}"/>`
      : ""
  return `<text class="system" x="${LABEL_WIDTH - 8}" y="${middle + 4}">${escapeHtml(labelOf(result))}</text>
<rect class="${result.system.split(/[^a-z]/)[0] || "peer"}" x="${LABEL_WIDTH}" y="${y}" width="${Math.max(1, lengthOf(value)).toFixed(1)}" height="${BAR_HEIGHT}"/>${whisker}
<text class="figure" x="${LABEL_WIDTH + Math.max(lengthOf(value), lengthOf(most)) + 6}" y="${middle + 4}">${result.isCutOff ? "more than " : ""}${formatNumber(value)}</text>`
}

function extremes(figure: Figure, result: Result): [number, number] {
  const spread = spreadOf(result, figure)
  return spread ? [spread.min, spread.max] : [0, 0]
}

function tableOf(results: readonly Result[]): string {
  const head = [
    "",
    "system",
    "settings",
    "history",
    "jobs",
    "jobs/s",
    "of floor",
    "seconds",
    "WAL B/job",
    "stmts/job",
    "p50 ms",
    "p99 ms",
    "duplicate",
    "missing",
  ]
  const rows = results.map((result) => [
    result.config.variant,
    labelOf(result),
    result.config.settings,
    result.config.history ? "kept" : "no",
    formatNumber(result.jobs),
    result.isCutOff ? "" : formatSpread(spreadOf(result, "jobsPerSecond")),
    formatSpread(ratioToFloor(result, results), 2),
    `${result.isCutOff ? "more than " : ""}${formatSpread(spreadOf(result, "seconds"))}`,
    formatNumber(result.walBytesPerJob),
    String(result.statementsPerJob),
    result.p50Ms ?? "",
    formatSpread(spreadOf(result, "p99Ms")),
    result.duplicates,
    result.missing,
  ])
  const lineOf = (cell: "td" | "th") => (cells: readonly (string | number)[]) =>
    `<tr>${cells.map((each) => `<${cell}>${escapeHtml(String(each))}</${cell}>`).join("")}</tr>`
  return `<div class="scroll"><table>${lineOf("th")(head)}${rows.map(lineOf("td")).join("")}</table></div>`
}

function labelOf({ system, config }: Result): string {
  return config.note ? `${system} †` : system
}

function escapeHtml(raw: string): string {
  return raw.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;")
}

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; color: #1d2730; background: #fff; max-width: 780px; margin: 3rem auto; padding: 0 1rem }
h1 { font-size: 1.7rem; line-height: 1.2 } h2 { font-size: 1.2rem; margin: 2.5rem 0 0 } p { margin: .4rem 0 1rem }
code { background: #f1f4f6; padding: .1em .3em; border-radius: 3px }
svg { width: 100%; height: auto; font: 12px system-ui, sans-serif }
.variant { font-weight: 600; fill: #1d2730 } .system { text-anchor: end; fill: #4a5963 } .figure { fill: #1d2730 }
rect { fill: #aebbc4 } rect.sluice { fill: #0b7a75 } rect.floor { fill: #e3e8eb }
.spread { stroke: #1d2730; stroke-width: 1.5 }
details { font-size: .85rem; color: #4a5963 } summary { cursor: pointer } .scroll { overflow-x: auto }
table { border-collapse: collapse; margin: .5rem 0; white-space: nowrap; font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: .15rem .7rem .15rem 0; border-bottom: 1px solid #e3e8eb }`
