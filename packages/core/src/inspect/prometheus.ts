import { assertFunction, assertRecord } from "../checks/arguments.ts"
import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { translateError } from "../database/translate-error.ts"
import { addHistograms, type Histogram, upperEndOf } from "../measures/histogram.ts"
import type { OutcomeCounts } from "./measured.ts"
import { type HealthOptions, readHealthWithSigns, type Verdict } from "./verdict.ts"

/** The content type of what `prometheusMetrics` returns. */
export const PROMETHEUS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

/** Job names in a queue that have series of their own: those with the most executions. The others are left out. */
const MOST_SERIES = 300
/** Powers of four from 1 ms to 70 minutes, as numbers of buckets: they end where buckets of `Histogram` do. */
const BOUNDS = Array.from({ length: 12 }, (_, power) => power * 16)
const OUTCOMES = ["succeeded", "retried", "discarded", "canceled", "snoozed", "interrupted"] as const
const VERDICTS: readonly Verdict[] = ["healthy", "late", "failing"]

/**
 * The metrics of a queue in Prometheus's text format 0.0.4, which collectors of OpenTelemetry read too. Costs two statements. They are
 * those of the whole queue, so scrape one place.
 *
 * @throws DatabaseUnavailableError
 * @throws SchemaError
 */
export async function prometheusMetrics(
  sluice: { readonly database: Queryable; readonly schema: string },
  options: HealthOptions = {},
): Promise<string> {
  assertRecord(sluice, ["prometheusMetrics", "sluice"])
  const { database, schema } = sluice
  assertFunction(
    database?.query,
    ["prometheusMetrics", "sluice", "database", "query"],
    "what createSluice returned",
  )
  try {
    const counts = await readCounts(database, schema)
    const { health, signs } = await readHealthWithSigns(database, schema, options)
    const now = [
      gauge("sluice_ready_jobs", "Jobs that are due and not running; counting stops at 10000.", [
        [{}, signs.ready],
      ]),
      gauge("sluice_oldest_ready_age_seconds", "How long the oldest of them has been due.", [
        [{}, signs.oldest_ready_age_ms / 1_000],
      ]),
      gauge("sluice_drainers", "Drainers that are at work.", [[{}, signs.drainers]]),
      gauge(
        "sluice_health",
        "1 for the verdict on the queue: healthy, late or failing.",
        VERDICTS.map((verdict) => [{ verdict }, health.verdict === verdict ? 1 : 0]),
      ),
      gauge("sluice_unknown_jobs", "Jobs that wait for a drainer that knows their name, up to 1000.", [
        [{}, signs.unknown_jobs],
      ]),
    ]
    return [...now, ...seriesOf(counts)].join("")
  } catch (error) {
    throw translateError(error)
  }
}

/** What the SQL function `read_counts` returns of a job name in a queue. */
interface Counts extends OutcomeCounts {
  readonly name: string
  readonly queue: string
  readonly busy_ms: number
  readonly waited_ms: number
  readonly billed_mb_ms: number
  readonly runs: Histogram | null
  readonly waits: Histogram | null
}

async function readCounts(database: Queryable, schema: string): Promise<Counts[]> {
  const { text, values } = protocolCall(schema, "read_counts", { p_limit: MOST_SERIES })
  const { rows } = await database.query(`select ${text}::pg_catalog.text as counts`, values)
  return JSON.parse(rows[0].counts)
}

function seriesOf(counts: readonly Counts[]): string[] {
  return [
    family(
      "sluice_executions_total",
      "counter",
      "Executions of jobs that have ended, by how.",
      counts.flatMap((one) =>
        OUTCOMES.map((outcome) =>
          sample("sluice_executions_total", { ...labelsOf(one), outcome }, one[outcome]),
        ),
      ),
    ),
    histogram(
      "sluice_run_seconds",
      "How long executions took.",
      counts.map((one) => [labelsOf(one), one.runs, one.busy_ms]),
    ),
    histogram(
      "sluice_wait_seconds",
      "From when jobs were due to the start of their execution.",
      counts.map((one) => [labelsOf(one), one.waits, one.waited_ms]),
    ),
    family(
      "sluice_billed_gigabyte_seconds_total",
      "counter",
      "What was billed for executions, in GB-seconds of Lambda; 0 elsewhere.",
      counts.map((one) =>
        sample("sluice_billed_gigabyte_seconds_total", labelsOf(one), one.billed_mb_ms / 1_024 / 1_000),
      ),
    ),
  ]
}

type Labels = Readonly<Record<string, string>>

function labelsOf({ name, queue }: Counts): Labels {
  return { name, queue }
}

function gauge(name: string, help: string, samples: readonly (readonly [Labels, number])[]): string {
  return family(
    name,
    "gauge",
    help,
    samples.map(([labels, value]) => sample(name, labels, value)),
  )
}

function histogram(
  name: string,
  help: string,
  samples: readonly (readonly [Labels, Histogram | null, number])[],
): string {
  return family(
    name,
    "histogram",
    help,
    samples.flatMap(([labels, measured, sumMs]) =>
      bucketSamples(name, labels, addHistograms([measured]), sumMs),
    ),
  )
}

function bucketSamples(name: string, labels: Labels, measured: Histogram, sumMs: number): string[] {
  const upTo = (bound: number) =>
    measured.counts.reduce(
      (sum, count, place) => sum + ((measured.buckets[place] as number) <= bound ? count : 0),
      0,
    )
  const all = upTo(Number.POSITIVE_INFINITY)
  const le = (bound: number) => String(upperEndOf(bound) / 1_000)
  return [
    ...BOUNDS.map((bound) => sample(`${name}_bucket`, { ...labels, le: le(bound) }, upTo(bound))),
    sample(`${name}_bucket`, { ...labels, le: "+Inf" }, all),
    sample(`${name}_sum`, labels, sumMs / 1_000),
    sample(`${name}_count`, labels, all),
  ]
}

function family(name: string, type: string, help: string, samples: readonly string[]): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${samples.join("")}`
}

function sample(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`)
  return `${name}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${value}\n`
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")
}
