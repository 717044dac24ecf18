import { durationMs } from "../checks/duration.ts"
import { formatList } from "../checks/format-value.ts"
import { assertKnownKeys, assertName, assertText, isRecord, nearest, refuse } from "../checks/validate.ts"
import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { SCHEMA_VERSION } from "../database/schema.ts"
import { translateError } from "../database/translate-error.ts"
import { InvalidInputError, PayloadTooLargeError, UnknownJobError } from "../errors.ts"
import type { Carrier } from "../job/carrier.ts"
import type { AnyJobDefinition, InputOf } from "../job/define-job.ts"
import type { EnqueueOptions, EnqueueResult, JobPolicies, JobState } from "../job/job-options.ts"
import { checkPayload, toJson } from "../job/payload.ts"
import { type Instrumentation, withCarrier } from "../telemetry/instrumentation.ts"
import { assertOptions, toIsoInstant } from "./options.ts"

/** A job for `enqueueMany`: one of those that are defined, with the payload of that definition. */
export type NewJob<Job extends AnyJobDefinition = AnyJobDefinition> = Job extends unknown
  ? NamedJob<Job["name"], InputOf<Job>>
  : never

interface NamedOptions<Name> {
  readonly name: Name
  readonly options?: Omit<EnqueueOptions, "transaction">
}

/** The payload is `{}` if it is left out. */
// biome-ignore-start lint/complexity/noBannedTypes: the type of that payload
type NamedJob<Name, Payload> = NamedOptions<Name> &
  ({} extends Payload ? { readonly payload?: Payload } : { readonly payload: Payload })
// biome-ignore-end lint/complexity/noBannedTypes: see above

export interface Catalog {
  readonly schema: string
  /** Undefined if jobs are enqueued by name alone: then only the drainer knows the definitions. */
  readonly definitions: ReadonlyMap<string, AnyJobDefinition> | undefined
  readonly defaults: JobPolicies
  readonly instrumentation: Instrumentation | undefined
}

/** Largest metadata, measured like the payload. */
const MAX_METADATA_BYTES = 64 * 1024
/** Limits of one statement. Postgres takes up to 256 MB of JSON, and needs a multiple of that as memory. */
const MAX_JOBS = 100_000
const MAX_TOTAL_BYTES = 64 * 1024 * 1024

/** Checks all jobs, then stores them in one statement: all or none. The results are in the order of the jobs. */
export async function storeJobs(
  catalog: Catalog,
  database: Queryable,
  jobs: readonly NewJob[],
): Promise<EnqueueResult[]> {
  if (!Array.isArray(jobs)) refuse("invalid_jobs", jobs, ["jobs"], "a list of jobs")
  if (jobs.length > MAX_JOBS) refuseBatch(`${jobs.length} jobs`, `${MAX_JOBS}`)
  const rows: string[] = []
  let totalBytes = 0
  for (const [index, job] of jobs.entries()) {
    const { row, bytes } = await rowOf(catalog, job).catch((error) => {
      throw error instanceof InvalidInputError ? error.atIndex(index) : error
    })
    totalBytes += bytes
    if (totalBytes > MAX_TOTAL_BYTES) refuseBatch("more JSON", `${MAX_TOTAL_BYTES} bytes`)
    rows.push(row)
  }
  if (rows.length === 0) return []
  const names = jobs.map(({ name }) => name)
  return withCarrier(catalog.instrumentation, names, (carrier) => storeRows(catalog, database, rows, carrier))
}

function refuseBatch(has: string, limit: string): never {
  const message = `One call has ${has}, over the limit of ${limit}: split it into several calls`
  throw new PayloadTooLargeError("batch_too_large", message, { path: ["jobs"] })
}

/** Does the same for one job, whose errors have no index. */
export async function storeJob(catalog: Catalog, database: Queryable, job: NewJob): Promise<EnqueueResult> {
  const { row } = await rowOf(catalog, job)
  const [result] = await withCarrier(catalog.instrumentation, [job.name], (carrier) =>
    storeRows(catalog, database, [row], carrier),
  )
  return result as EnqueueResult
}

async function storeRows(
  catalog: Catalog,
  database: Queryable,
  rows: string[],
  carrier: Carrier | null,
): Promise<EnqueueResult[]> {
  try {
    const { text, values } = protocolCall(
      catalog.schema,
      "store_jobs",
      {
        p_schema_version: SCHEMA_VERSION,
        p_jobs: `[${rows.join(",")}]`,
        p_carrier: carrier && JSON.stringify(carrier),
      },
      { p_jobs: JSON_TEXT, p_carrier: JSON_TEXT },
    )
    const stored = await database.query(
      `select job_index::pg_catalog.text, job_id::pg_catalog.text, job_state, deduplicated::pg_catalog.text from ${text}`,
      values,
    )
    return toResults(stored.rows)
  } catch (error) {
    throw translateError(error)
  }
}

/** Sent as text, so that no driver turns JSON into JSON again. */
const JSON_TEXT = "pg_catalog.text::pg_catalog.jsonb"

/** All columns are text, which no app configures its driver to parse. */
interface StoredRow {
  job_index: string
  job_id: string
  job_state: JobState | null
  deduplicated: "true" | "false"
}

function toResults(rows: StoredRow[]): EnqueueResult[] {
  const results = new Array<EnqueueResult>(rows.length)
  for (const row of rows) {
    results[Number(row.job_index)] = {
      id: row.job_id,
      status: row.deduplicated === "true" ? "deduplicated" : "enqueued",
      state: row.job_state ?? "succeeded",
    }
  }
  return results
}

const JOB_KEYS = ["name", "payload", "options"] satisfies readonly (keyof NewJob)[]

/** The job as an element of `p_jobs` of store_jobs, with the policies of its definition and the defaults. */
async function rowOf(catalog: Catalog, job: NewJob): Promise<{ row: string; bytes: number }> {
  if (!isRecord(job)) refuse("invalid_job", job, ["job"], "an object with name, payload and options")
  assertKnownKeys(job, JOB_KEYS, ["job"])
  assertName(job.name, ["name"])
  const options = job.options === undefined ? {} : job.options
  assertOptions(options)
  const definition = definitionOf(catalog, job.name)
  const given = job.payload === undefined ? {} : job.payload
  const payload = toJson(given, ["payload"])
  // checks the value that is stored, not the one that was given
  if (definition?.input) await checkPayload(definition.name, definition.input, payload.value, given)
  const metadata = options.metadata && toJson(options.metadata, ["options", "metadata"], MAX_METADATA_BYTES)
  const others = JSON.stringify({
    name: job.name,
    queue: options.queue ?? definition?.queue ?? catalog.defaults.queue,
    priority: options.priority ?? definition?.priority ?? catalog.defaults.priority,
    max_attempts: options.maxAttempts,
    timeout_ms: options.timeout === undefined ? undefined : durationMs(options.timeout),
    run_at: options.runAt === undefined ? undefined : toIsoInstant(options.runAt),
    delay_ms: options.delay === undefined ? undefined : durationMs(options.delay, ["options", "delay"]),
    unique_key: options.uniqueKey,
    idempotency_key: options.idempotencyKey,
    ...concurrencyOf(definition, payload.value, options),
    tags: options.tags?.length ? options.tags : undefined,
  })
  return {
    row: `${others.slice(0, -1)}${metadata ? `,"metadata":${metadata.json}` : ""},"payload":${payload.json}}`,
    bytes: others.length + payload.bytes + (metadata?.bytes ?? 0),
  }
}

function definitionOf(catalog: Catalog, name: string): AnyJobDefinition | undefined {
  const definition = catalog.definitions?.get(name)
  if (definition || !catalog.definitions) return definition
  const near = nearest(name, catalog.definitions.keys())
  throw new UnknownJobError(
    "unknown_job",
    `No job is named ${JSON.stringify(name)}: ${near ? `did you mean ${JSON.stringify(near)}?` : `known are ${formatList([...catalog.definitions.keys()]) || "none"}`}`,
    { path: ["name"] },
  )
}

function concurrencyOf(definition: AnyJobDefinition | undefined, payload: unknown, options: EnqueueOptions) {
  const rule = definition?.concurrency
  const key =
    options.concurrencyKey ?? (typeof rule?.key === "function" ? keyOf(rule.key, payload) : rule?.key)
  if (key === undefined) return {}
  assertText(key, ["options", "concurrencyKey"])
  return { concurrency_key: key, concurrency_limit: options.concurrencyLimit ?? rule?.limit ?? 1 }
}

function keyOf(rule: (payload: unknown) => string, payload: unknown): string {
  try {
    return rule(payload)
  } catch (cause) {
    const message = `The concurrency key can't be computed from this payload: ${(cause as Error)?.message}`
    throw new InvalidInputError("invalid_payload", message, { path: ["payload"], cause })
  }
}
