import { durationMs } from "../checks/duration.ts"
import { formatList } from "../checks/format-value.ts"
import { assertKnownKeys, assertName, isRecord, nearest, refuse } from "../checks/validate.ts"
import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { SCHEMA_VERSION } from "../database/schema.ts"
import { codeOf, translateError } from "../database/translate-error.ts"
import { InvalidInputError, PayloadTooLargeError, UnknownJobError } from "../errors.ts"
import type { Carrier } from "../job/carrier.ts"
import { concurrencyKeyOf } from "../job/concurrency-key.ts"
import type { AnyJobDefinition, InputOf } from "../job/define-job.ts"
import type { EnqueueOptions, EnqueueResult, JobPolicies, JobState } from "../job/job-options.ts"
import { checkPayload, MAX_PAYLOAD_BYTES, toJson } from "../job/payload.ts"
import { MAX_STORED_BYTES, newKey, type StoredPayloads } from "../job/payload-store.ts"
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
type NamedJob<Name, Payload> = NamedOptions<Name> &
  (Record<never, never> extends Payload ? { readonly payload?: Payload } : { readonly payload: Payload })

export interface Catalog {
  readonly schema: string
  /** Undefined if jobs are enqueued by name alone: then the policies are those that are registered in the database. */
  readonly definitions: ReadonlyMap<string, AnyJobDefinition> | undefined
  readonly defaults: JobPolicies
  readonly instrumentation: Instrumentation | undefined
  readonly payloads: StoredPayloads | undefined
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
  const rows: Row[] = []
  let totalBytes = 0
  for (const [index, job] of jobs.entries()) {
    const row = await rowOf(catalog, job).catch((error) => {
      throw error instanceof InvalidInputError ? error.atIndex(index) : error
    })
    totalBytes += row.bytes
    if (totalBytes > MAX_TOTAL_BYTES) refuseBatch("more JSON", `${MAX_TOTAL_BYTES} bytes`)
    rows.push(row)
  }
  if (rows.length === 0) return []
  const names = jobs.map(({ name }) => name)
  return withCarrier(catalog.instrumentation, names, (carrier) =>
    storeRows(catalog, database, rows, carrier).catch((error) => {
      throw error instanceof UnknownNameError ? error.atIndex(names.indexOf(error.jobName)) : error
    }),
  )
}

function refuseBatch(has: string, limit: string): never {
  const message = `One call has ${has}, over the limit of ${limit}: split it into several calls`
  throw new PayloadTooLargeError("batch_too_large", message, { path: ["jobs"] })
}

/** Does the same for one job, whose errors have no index. Its definition, if given, needs not be in the catalog. */
export async function storeJob(
  catalog: Catalog,
  database: Queryable,
  job: NewJob,
  given?: AnyJobDefinition,
): Promise<EnqueueResult> {
  const row = await rowOf(catalog, job, given)
  const [result] = await withCarrier(catalog.instrumentation, [job.name], (carrier) =>
    storeRows(catalog, database, [row], carrier),
  )
  return result as EnqueueResult
}

async function storeRows(
  catalog: Catalog,
  database: Queryable,
  rows: readonly Row[],
  carrier: Carrier | null,
): Promise<EnqueueResult[]> {
  await putLargePayloads(catalog.payloads, rows)
  try {
    const { text, values } = protocolCall(
      catalog.schema,
      "store_jobs",
      {
        p_schema_version: SCHEMA_VERSION,
        p_jobs: `[${rows.map(({ json }) => json).join(",")}]`,
        p_carrier: carrier && JSON.stringify(carrier),
        ...(rows.some(({ isByName }) => isByName) && { p_by_name: byNameJson(catalog.defaults) }),
      },
      { p_jobs: JSON_TEXT, p_carrier: JSON_TEXT, p_by_name: JSON_TEXT },
    )
    const stored = await database.query(
      `select job_index::pg_catalog.text, job_id::pg_catalog.text, job_state, deduplicated::pg_catalog.text from ${text}`,
      values,
    )
    const results = toResults(stored.rows)
    await deleteUnused(catalog.payloads, rows, results)
    return results
  } catch (error) {
    throw codeOf(error) === "SL005" ? unknownNameError(error) : translateError(error)
  }
}

/** Objects that are put at once. */
const PUTS_AT_ONCE = 8

/** Before the rows that point to them. An object whose row isn't stored in the end is left to the bucket's rule. */
async function putLargePayloads(payloads: StoredPayloads | undefined, rows: readonly Row[]): Promise<void> {
  const large = rows.flatMap(({ large }) => large ?? [])
  for (let first = 0; first < large.length; first += PUTS_AT_ONCE) {
    const some = large.slice(first, first + PUTS_AT_ONCE)
    await Promise.all(some.map(({ key, json }) => payloads?.store.put(key, Buffer.from(json))))
  }
}

/** Deletes the payloads of jobs that were there already. Where that fails, too, the bucket's rule does it. */
async function deleteUnused(
  payloads: StoredPayloads | undefined,
  rows: readonly Row[],
  results: readonly EnqueueResult[],
): Promise<void> {
  const unused = rows.filter((_, index) => results[index]?.status === "deduplicated").flatMap(({ large }) => large?.key ?? [])
  if (unused.length > 0) await payloads?.store.delete?.(unused).catch(() => {})
}

/** What holds for jobs whose registered definition doesn't say it. */
function byNameJson({ queue, priority }: JobPolicies): string {
  return JSON.stringify({ queue, priority })
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

/** An element of `p_jobs` of store_jobs. */
interface Row {
  readonly json: string
  readonly bytes: number
  readonly isByName: boolean
  /** The payload that is to be put into the store. */
  readonly large: { readonly key: string; readonly json: string } | undefined
}

/** The job with the policies of its definition and the defaults; by name alone, with those of the call. */
async function rowOf(catalog: Catalog, job: NewJob, given?: AnyJobDefinition): Promise<Row> {
  if (!isRecord(job)) refuse("invalid_job", job, ["job"], "an object with name, payload and options")
  assertKnownKeys(job, JOB_KEYS, ["job"])
  assertName(job.name, ["name"])
  const options = job.options === undefined ? {} : job.options
  assertOptions(options)
  const definition = definitionOf(catalog, job.name) ?? given
  const isByName = definition === undefined
  const defaults = isByName ? {} : catalog.defaults
  const givenPayload = job.payload === undefined ? {} : job.payload
  const payload = toJson(givenPayload, ["payload"], catalog.payloads ? MAX_STORED_BYTES : MAX_PAYLOAD_BYTES)
  const isLarge = catalog.payloads && payload.bytes > catalog.payloads.overBytes
  const large = isLarge ? { key: newKey("payloads"), json: payload.json } : undefined
  // checks the value that is stored, not the one that was given
  if (definition?.input) await checkPayload(definition.name, definition.input, payload.value, givenPayload)
  const metadata = options.metadata && toJson(options.metadata, ["options", "metadata"], MAX_METADATA_BYTES)
  const others = JSON.stringify({
    name: job.name,
    by_name: isByName || undefined,
    queue: options.queue ?? definition?.queue ?? defaults.queue,
    priority: options.priority ?? definition?.priority ?? defaults.priority,
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
    json: `${others.slice(0, -1)}${metadata ? `,"metadata":${metadata.json}` : ""},${large ? `"payload_key":${JSON.stringify(large.key)}` : `"payload":${payload.json}`}}`,
    bytes: others.length + payload.bytes + (metadata?.bytes ?? 0),
    isByName,
    large,
  }
}

function definitionOf({ definitions }: Catalog, name: string): AnyJobDefinition | undefined {
  const definition = definitions?.get(name)
  if (definition || !definitions) return definition
  throw new UnknownNameError(name, unknownMessage(name, [...definitions.keys()]))
}

function unknownMessage(name: string, known: readonly string[]): string {
  const near = nearest(name, known)
  const hint = near ? `did you mean ${JSON.stringify(near)}?` : `known are ${formatList(known) || "none"}`
  return `No job is named ${JSON.stringify(name)}: ${hint}`
}

class UnknownNameError extends UnknownJobError {
  static override readonly name = "UnknownJobError"
  readonly #name: string

  constructor(name: string, message: string, cause?: unknown) {
    super("unknown_job", message, { path: ["name"], cause })
    this.#name = name
  }

  /** Not enumerable: the message says it to people. */
  get jobName(): string {
    return this.#name
  }
}

/** The database refuses a name of which it has no definition, see assert_known_names.sql. */
function unknownNameError(error: unknown): UnknownNameError {
  const { message, detail } = error as { message: string; detail?: string }
  const name = /"([^"]+)"/.exec(message)?.[1] ?? ""
  const known = detail?.replace("Known: ", "").split(", ")
  return new UnknownNameError(name, known ? unknownMessage(name, known) : message, error)
}

/** A job that is enqueued by name alone gets the key, or a call's key its limit, in the database. */
function concurrencyOf(definition: AnyJobDefinition | undefined, payload: unknown, options: EnqueueOptions) {
  if (!definition)
    return { concurrency_key: options.concurrencyKey, concurrency_limit: options.concurrencyLimit }
  const key = options.concurrencyKey ?? concurrencyKeyOf(definition, payload)
  if (key === undefined) return {}
  const limit = options.concurrencyLimit ?? definition.concurrency?.limit ?? 1
  return { concurrency_key: key, concurrency_limit: limit }
}
