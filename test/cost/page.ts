import type { JobMs, Measured } from "./measure.ts"
import {
  coresOf,
  enqueueApiUsd,
  fargateTasks,
  fargateUsd,
  neonUsd,
  qstashUsd,
  type Range,
  sluiceUsd,
  sqsUsd,
  type Use,
} from "./model.ts"
import { PRICES } from "./prices.ts"

const RATES = [1_000, 100_000, 1_000_000, 100_000_000]
/** From this rate on, an app sends jobs in batches; below it, one at a time. */
const MANY = 100_000_000
const KEYS_OF_A_DAY = RATES.map((rate) => `${count(rate)} a day`)

/** Regenerates the page's tables; each is between `<!-- name -->` and `<!-- /name -->`. */
export function withTables(page: string, measured: Measured): string {
  const tables = {
    "cost-0": costs(measured, "0"),
    "cost-100": costs(measured, "100"),
    measured: measurements(measured),
    prices: prices(),
  }
  return Object.entries(tables).reduce((text, [name, table]) => {
    const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
    const [before, , after] = text.split(new RegExp(`(${begin}[^]*${end})`))
    if (after === undefined) throw new Error(`docs/cost.md has no ${begin} … ${end}`)
    return `${before}${begin}\n${table}\n${end}${after}`
  }, page)
}

function costs(measured: Measured, ms: JobMs): string {
  const { rates, consumer, workerCpuMs } = measured.jobs[ms]
  const rows: Record<string, (rate: number) => string> = {
    "**Sluice on Lambda**": (rate) => range(sluiceUsd(rate, used(rate).drain, measured.tick.drain)),
    "… plus enqueueing through its HTTP API": (rate) => range(enqueueApiUsd(rate, used(rate).enqueue)),
    "SQS + Lambda, batches of 10": (rate) =>
      rate < 100_000 ? "never fill" : range(sqsUsd(rate, consumer["10"], 10, rate < MANY ? 1 : 10)),
    "SQS + Lambda, batches of 1": (rate) => range(sqsUsd(rate, consumer["1"], 1, rate < MANY ? 1 : 10)),
    "QStash + Lambda": (rate) => range(qstashUsd(rate, consumer["1"])),
    "Containers: `sluice work`, or another queue's worker": (rate) => containers(coresOf(rate, workerCpuMs)),
    "Plus a Neon database that never suspends (not with SQS or QStash)": (rate) =>
      range(neonUsd(coresOf(rate, used(rate).databaseCpuMs))),
  }
  const used = (rate: number) => rates[rate] as NonNullable<(typeof rates)[string]>
  return table(
    ["US$ for 30 days", ...KEYS_OF_A_DAY],
    Object.entries(rows).map(([name, cell]) => [name, ...RATES.map(cell)]),
  )
}

function containers(cores: number): string {
  const { tasks, vcpu } = fargateTasks(cores)
  return `${range(fargateUsd(cores))} (${tasks} × ${vcpu} vCPU)`
}

function measurements(measured: Measured): string {
  const rows = (["0", "100"] as const).flatMap((ms) => {
    const { rates, consumer, workerCpuMs } = measured.jobs[ms]
    return [
      ...RATES.map((rate) => [`${ms} ms, ${count(rate)} a day`, ...cells(rates[rate])]),
      ...(["1", "10"] as const).map((size) => [
        `${ms} ms, SQS function, batch of ${size}, per invocation`,
        ...useCells(consumer[size]),
        "",
        "",
        "",
      ]),
      [`${ms} ms, \`sluice work\` at ${count(MANY)} a day`, "", "", figure(workerCpuMs), "", "", ""],
    ]
  })
  const head = [
    "per job",
    "invocations",
    "billed ms",
    "CPU ms",
    "enqueue billed / CPU ms",
    "round trips",
    "database CPU ms",
  ]
  const runs = [measured.tick, ...Object.values(measured.jobs).flatMap(({ rates }) => Object.values(rates))]
  const peakMb = Math.max(...runs.map((run) => run.peakMb))
  return [
    `Measured on ${measured.at}, on ${measured.machine}. The functions used at most ${peakMb} MB of memory. A finished job takes ${measured.historyBytes} bytes on disk.`,
    table(head, [["idle tick, per invocation", ...cells(measured.tick)], ...rows]),
  ].join("\n\n")
}

function cells(run: Measured["tick"] | undefined): string[] {
  if (!run) return []
  const { drain, enqueue, roundTrips, databaseCpuMs } = run
  const enqueued = enqueue.invocations > 0 ? `${figure(enqueue.billedMs)} / ${figure(enqueue.cpuMs)}` : ""
  return [...useCells(drain), enqueued, figure(roundTrips), figure(databaseCpuMs)]
}

function useCells({ invocations, billedMs, cpuMs }: Use): string[] {
  return [invocations, billedMs, cpuMs].map(figure)
}

function prices(): string {
  return table(
    ["US$", "per", "as of", "source"],
    Object.values(PRICES).map(({ usd, per, asOf, source }) => [String(usd), per, asOf, source]),
  )
}

function table(head: string[], rows: string[][]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n")
}

function range({ low, high }: Range): string {
  const [from, to] = [dollars(low), dollars(high)]
  return from === to ? from : `${from} to ${to}`
}

function dollars(usd: number): string {
  if (usd < 0.995) return usd.toFixed(2)
  return usd < 9.95 ? usd.toFixed(1) : Math.round(usd).toLocaleString("en-US")
}

function count(jobs: number): string {
  return jobs.toLocaleString("en-US")
}

function figure(value: number): string {
  return value < 1 ? String(Number(value.toPrecision(2))) : String(Number(value.toPrecision(3)))
}
