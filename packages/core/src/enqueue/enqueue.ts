import { type Duration, durationMs } from "../checks/duration.ts"
import { formatList } from "../checks/format-value.ts"
import { assertKnownKeys, assertName, isRecord, nearest, refuse } from "../checks/validate.ts"
import type { Queryable } from "../database/connection.ts"
import { queryOften } from "../database/pool-queryable.ts"
import { type ProtocolCall, protocolCall } from "../database/protocol-call.ts"
import { SCHEMA_VERSION } from "../database/schema.ts"
import { codeOf, translateError } from "../database/translate-error.ts"
import {
  BatchFinishedError,
  BatchNotFoundError,
  ForbiddenError,
  InvalidInputError,
  PayloadTooLargeError,
  RequestError,
  type SluiceError,
  UniqueKeyTakenError,
  UnknownJobError,
  WaitingLimitError,
} from "../errors.ts"
import { unlessComputed } from "../job/call-option.ts"
import type { Carrier } from "../job/carrier.ts"
import { completeOptions } from "../job/computed-options.ts"
import { assertOneAtATime, isInOrder, limitsOf } from "../job/concurrency.ts"
import type { AnyJobDefinition, InputOf } from "../job/define-job.ts"
import type { ScheduleDefinition } from "../job/define-schedule.ts"
import { fairColumns } from "../job/fair-share.ts"
import type { Hooks } from "../job/hooks.ts"
import {
  type Concurrency,
  type EnqueueOptions,
  type EnqueueResult,
  type JobPolicies,
  type JobState,
  type LimitedOptions,
  ONLY_QUEUES,
  type RequestToStore,
} from "../job/job-options.ts"
import { concurrencyKeyOf, rateKeyOf } from "../job/limit-keys.ts"
import { toIsoInstant } from "../job/option-values.ts"
import { parentsOf } from "../job/parent-ids.ts"
import {
  checkPayload,
  MAX_METADATA_BYTES,
  MAX_PAYLOAD_BYTES,
  type StoredJson,
  toJson,
} from "../job/payload.ts"
import {
  deleteObjects,
  MAX_STORED_BYTES,
  MOST_DELETED,
  newKey,
  type PayloadStore,
  putObject,
  type StoredPayloads,
} from "../job/payload-store.ts"
import { rateJson } from "../job/rate.ts"
import { uniqueRule } from "../job/unique-rule.ts"
import type { Logger } from "../logger.ts"
import { type Instrumentation, withCarrier } from "../telemetry/instrumentation.ts"
import { assertOptions } from "./options.ts"
import { assertRequest } from "./request.ts"

/** A job for `enqueueMany`: one of those that are defined, with the payload of that definition. */
export type NewJob<Job extends AnyJobDefinition = AnyJobDefinition> = Job extends unknown
  ? NamedJob<Job["name"], InputOf<Job>>
  : never

interface NamedOptions<Name> {
  readonly name: Name
  readonly options?: Omit<EnqueueOptions, "transaction" | "request">
}

/** The payload is `{}` if it is left out. */
type NamedJob<Name, Payload> = NamedOptions<Name> &
  (Record<never, never> extends Payload ? { readonly payload?: Payload } : { readonly payload: Payload })

export interface Catalog {
  readonly schema: string
  /** Undefined if jobs are enqueued by name alone: then the policies are those that are registered in the database. */
  readonly definitions: ReadonlyMap<string, AnyJobDefinition> | undefined
  readonly schedules: readonly ScheduleDefinition[] | undefined
  readonly defaults: JobPolicies
  readonly instrumentation: Instrumentation | undefined
  readonly payloads: StoredPayloads | undefined
  readonly hooks: Hooks | undefined
  readonly hasDefinitionHooks: boolean
  /** Told of hooks that fail while jobs are enqueued. */
  readonly log: Logger
}

/** Limits of one statement. Postgres takes up to 256 MB of JSON, and needs a multiple of that as memory. */
const MAX_JOBS = 100_000
const MAX_TOTAL_BYTES = 64 * 1024 * 1024

export interface HowToStore {
  /** Whether to ask if the jobs are attended. The statement must be a transaction of its own. */
  readonly asks: boolean
  readonly request: RequestToStore | undefined
  /**
   * The open batch that the jobs are added to, the one that is made of them, as JSON, or what calls another function that makes one.
   * Default: none.
   */
  readonly batch?: { readonly id: string } | { readonly json: string } | { readonly call: StoreCall }
  /**
   * Of each job those that it runs after, in place of its options: as ids, or as places in this call. Default: as the options say.
   */
  readonly parents?: readonly (readonly Parent[])[]
}

/** Calls an SQL function with the parameters of store_jobs. It returns what that does, but `attended`, and `is_ours`. */
export type StoreCall = (jobs: JobsToStore) => ProtocolCall

/** As store_jobs takes them: JSON. */
export interface JobsToStore {
  readonly jobs: string
  readonly carrier: string | null
  readonly byName: string | null
}

/** The id of a job, or the place of one that is stored in the same call. */
export type Parent = string | number

/** Jobs that are stored, in the order in which they were given. */
export interface Stored {
  readonly results: EnqueueResult[]
  /** Whether drainers are awake that will look for those that are due. */
  readonly areAttended: boolean
  /** The batch that is made of them. */
  readonly batch?: { readonly id: string; readonly total: number }
}

/** Checks all jobs, then stores them in one statement: all or none. */
export async function storeJobs(
  catalog: Catalog,
  database: Queryable,
  jobs: readonly NewJob[],
  how: HowToStore,
): Promise<Stored> {
  assertRequest(how.request)
  if (!Array.isArray(jobs)) refuse("invalid_jobs", jobs, ["jobs"], "a list of jobs")
  if (jobs.length > MAX_JOBS) refuseBatch(`One call has ${jobs.length} jobs, more than ${MAX_JOBS}`)
  const rows: Row[] = []
  const parents = new Set(how.parents?.flat())
  let totalBytes = 0
  for (const [index, job] of jobs.entries()) {
    try {
      const read = readJob(catalog, job)
      if (read.definition?.input) await checkInput(read) // most batches have no schema to wait for
      const row = rowOf(catalog, read)
      totalBytes += row.bytes
      rows.push(how.parents ? { ...row, ...placeIn(how.parents, parents, index) } : row)
    } catch (error) {
      throw error instanceof InvalidInputError ? error.atIndex(index) : error
    }
    if (totalBytes > MAX_TOTAL_BYTES)
      refuseBatch(`The jobs of one call have more than ${MAX_TOTAL_BYTES} bytes of JSON`)
  }
  if (rows.length === 0 && !how.batch) return { results: [], areAttended: true }
  const names = rows.map(({ name }) => name)
  return withCarrier(catalog.instrumentation, names, (carrier) =>
    storeRows(catalog, database, rows, carrier, how).catch((error) => {
      if (error instanceof MissingOptionError) throw error.atIndex(error.at)
      throw error instanceof UnknownNameError ? error.atIndex(names.indexOf(error.jobName)) : error
    }),
  )
}

/** Where a job is in the order of those that are stored with it. */
function placeIn(parents: readonly (readonly Parent[])[], all: ReadonlySet<Parent>, index: number) {
  const after = parents[index]
  return { after: after?.length ? after : undefined, isParent: all.has(index) }
}

function refuseBatch(excess: string): never {
  const message = `${excess}: split them into several calls`
  throw new PayloadTooLargeError("batch_too_large", message, { path: ["jobs"] })
}

/** Does the same for one job, whose errors have no index. Its definition, if given, needs not be in the catalog. */
export async function storeJob(
  catalog: Catalog,
  database: Queryable,
  job: NewJob,
  given: AnyJobDefinition | undefined,
  how: HowToStore,
): Promise<Stored> {
  assertRequest(how.request)
  const read = readJob(catalog, job, given)
  if (read.definition?.input) await checkInput(read)
  const row = rowOf(catalog, read)
  return withCarrier(catalog.instrumentation, [job.name], (carrier) => {
    const stored =
      isPlain(row) && !how.request
        ? storePlainRow(catalog, database, row, carrier, how.asks)
        : storeRows(catalog, database, [row], carrier, how)
    return stored.catch((error) => {
      if (error instanceof UniqueKeyTakenError) error.index = undefined
      throw error
    })
  })
}

async function storeRows(
  catalog: Catalog,
  database: Queryable,
  rows: readonly Row[],
  carrier: Carrier | null,
  how: HowToStore,
): Promise<Stored> {
  const { text, values } = storeCall(catalog, rows, carrier, how)
  const isCalled = how.batch !== undefined && "call" in how.batch
  const names = ["job_ids", "job_states", "statuses", isCalled ? "is_ours" : "attended"]
  if (how.request) names.push("is_replay")
  if (how.batch && "json" in how.batch) names.push("batch_id", "batch_total")
  const columns = names.map((column) => `${column}::pg_catalog.text`)
  await putLargePayloads(catalog.payloads, rows)
  const row: StoredRows = await storedRow(database, `select ${columns.join(", ")} from ${text}`, values)
  const results = toResults(row)
  const isUnused = (index: number) =>
    row.is_replay === "true" || UNUSED.includes(results[index]?.status as string)
  if (catalog.payloads) await deleteUnused(catalog.payloads, rows, isUnused)
  return {
    results,
    areAttended: row.attended === "true",
    ...(row.batch_id && { batch: { id: row.batch_id, total: Number(row.batch_total) } }),
  }
}

function storeCall(
  { schema, defaults }: Catalog,
  rows: readonly Row[],
  carrier: Carrier | null,
  { asks, request, batch }: HowToStore,
): ProtocolCall {
  const casts = { p_jobs: JSON_TEXT, p_carrier: JSON_TEXT, p_by_name: JSON_TEXT }
  const byName = rows.some(({ isByName }) => isByName) && { p_by_name: byNameJson(defaults) }
  const asking = asks && { p_asks: true }
  if (batch && "call" in batch)
    return batch.call({
      jobs: runsJson(rows),
      carrier: carrier && JSON.stringify(carrier),
      byName: byName ? byName.p_by_name : null,
    })
  if (request && batch && "json" in batch)
    return protocolCall(
      schema,
      "store_batch_once",
      {
        p_key: request.key,
        p_fingerprint: request.fingerprint,
        p_schema_version: SCHEMA_VERSION,
        p_jobs: runsJson(rows),
        p_batch: batch.json,
        p_carrier: carrier && JSON.stringify(carrier),
        ...byName,
        ...asking,
      },
      { ...casts, p_batch: JSON_TEXT },
    )
  if (request)
    return protocolCall(
      schema,
      "store_jobs_once",
      {
        p_key: request.key,
        p_fingerprint: request.fingerprint,
        p_schema_version: SCHEMA_VERSION,
        p_jobs: runsJson(rows),
        p_carrier: carrier && JSON.stringify(carrier),
        ...byName,
        ...asking,
      },
      casts,
    )
  if (batch && "json" in batch)
    return protocolCall(
      schema,
      "store_batch",
      {
        p_schema_version: SCHEMA_VERSION,
        p_jobs: runsJson(rows),
        p_batch: batch.json,
        p_carrier: carrier && JSON.stringify(carrier),
        ...byName,
        ...asking,
      },
      { ...casts, p_batch: JSON_TEXT },
    )
  return protocolCall(
    schema,
    "store_jobs",
    {
      p_schema_version: SCHEMA_VERSION,
      p_jobs: runsJson(rows),
      p_carrier: carrier && JSON.stringify(carrier),
      ...byName,
      ...asking,
      ...(batch && { p_batch: batch.id }),
    },
    casts,
  )
}

/** Checks a job that is to be stored later, and returns it as an element of `p_jobs`. */
export async function toStoreLater(
  catalog: Catalog,
  job: NewJob,
  given: AnyJobDefinition | undefined,
): Promise<string> {
  const inDatabase = { ...catalog, payloads: undefined }
  const read = readJob(inDatabase, job, given)
  if (read.definition?.input) await checkInput(read)
  const row = rowOf(inDatabase, read)
  return runJson(row, [row], 0)
}

/** Objects that are put at once. */
const PUTS_AT_ONCE = 8

/** Before the rows that point to them. An object whose row isn't stored in the end is left to the bucket's rule. */
async function putLargePayloads(payloads: StoredPayloads | undefined, rows: readonly Row[]): Promise<void> {
  if (!payloads) return
  const large = rows.filter(({ payloadKey }) => payloadKey !== undefined)
  for (let first = 0; first < large.length; first += PUTS_AT_ONCE) {
    const some = large.slice(first, first + PUTS_AT_ONCE)
    await Promise.all(
      some.map(({ payloadKey, payload }) => putObject(payloads, payloadKey as string, payload)),
    )
  }
}

const UNUSED = ["deduplicated", "rescheduled"]

/** Deletes the payloads of jobs that were there already. Where that fails, too, the bucket's rule does it. */
async function deleteUnused(
  { store }: StoredPayloads,
  rows: readonly Row[],
  isUnused: (index: number) => boolean,
): Promise<void> {
  const unused = rows.filter((_, index) => isUnused(index))
  const keys = unused.flatMap(({ payloadKey }) => payloadKey ?? [])
  if (!store.delete) return
  try {
    for (let first = 0; first < keys.length; first += MOST_DELETED)
      await deleteObjects(store as Required<PayloadStore>, keys.slice(first, first + MOST_DELETED))
  } catch {
    // the jobs are stored
  }
}

/** What most enqueues do: a job that is due and has no key. */
async function storePlainRow(
  catalog: Catalog,
  database: Queryable,
  { name, payload, queue, priority, isByName }: Row,
  carrier: Carrier | null,
  asks: boolean,
): Promise<Stored> {
  // all parameters, so that the database has no defaults to read
  const { text, values } = protocolCall(catalog.schema, "store_job", {
    p_schema_version: SCHEMA_VERSION,
    p_name: name,
    p_payload: payload,
    p_queue: queue ?? null,
    p_priority: priority ?? null,
    p_carrier: carrier && JSON.stringify(carrier),
    p_by_name: isByName ? byNameJson(catalog.defaults) : null,
    p_asks: asks,
  })
  const { stored } = await storedRow(database, `select ${text}::pg_catalog.text as stored`, values)
  const [id, state, attended, status] = elementsOf(stored) as [
    string,
    JobState,
    string,
    EnqueueResult["status"],
  ]
  return { results: [{ id, status: status || "enqueued", state }], areAttended: attended === "t" }
}

// biome-ignore lint/suspicious/noExplicitAny: rows are typed where a statement is written
async function storedRow(database: Queryable, text: string, values: unknown[]): Promise<any> {
  try {
    return (await queryOften(database, text, values)).rows[0]
  } catch (error) {
    throw refusalOf(error) ?? translateError(error)
  }
}

/** What holds for jobs whose registered definition doesn't say it. */
export function byNameJson({ queue, priority, expiresIn }: JobPolicies): string {
  const expires_in_ms = expiresIn === undefined ? undefined : durationMs(expiresIn)
  return JSON.stringify({ queue, priority, expires_in_ms })
}

/** Sent as text, so that no driver turns JSON into JSON again. */
export const JSON_TEXT = "pg_catalog.text::pg_catalog.jsonb"

/** Lists as Postgres writes arrays, which no app configures its driver to parse. Null: the same for all jobs. */
interface StoredRows {
  /** Null: there are none. */
  readonly job_ids: string | null
  readonly job_states: string | null
  readonly statuses: string | null
  readonly attended: "true" | "false"
  readonly is_replay?: "true" | "false"
  readonly batch_id?: string
  readonly batch_total?: string
}

function toResults(stored: StoredRows): EnqueueResult[] {
  if (stored.job_ids === null || stored.job_ids === "{}") return []
  const states = stored.job_states === null ? undefined : elementsOf(stored.job_states)
  const statuses = stored.statuses === null ? undefined : elementsOf(stored.statuses)
  return elementsOf(stored.job_ids).map((id, index) => ({
    id,
    status: (statuses?.[index] ?? "enqueued") as EnqueueResult["status"],
    state: (states?.[index] ?? "ready") as JobState,
  }))
}

/** Of an array, or a row, whose elements need no quotes. */
function elementsOf(text: string): string[] {
  return text.slice(1, -1).split(",")
}

const JOB_KEYS = ["name", "payload", "options"] satisfies readonly (keyof NewJob)[]
const NO_OPTIONS: NonNullable<NewJob["options"]> = Object.freeze({})

/** A job whose name, options and payload are well-formed. */
interface ReadJob {
  readonly job: NewJob
  readonly options: NonNullable<NewJob["options"]>
  /** Undefined if the job is enqueued by name alone. */
  readonly definition: AnyJobDefinition | undefined
  readonly given: unknown
  readonly payload: StoredJson
}

function readJob(catalog: Catalog, job: NewJob, given?: AnyJobDefinition): ReadJob {
  if (!isRecord(job)) refuse("invalid_job", job, ["job"], "an object with name, payload and options")
  assertKnownKeys(job, JOB_KEYS, ["job"])
  assertName(job.name, ["name"])
  const options = job.options === undefined ? NO_OPTIONS : job.options
  if (options !== NO_OPTIONS) assertOptions(options)
  const definition = definitionOf(catalog, job.name) ?? given
  const givenPayload = job.payload === undefined ? {} : job.payload
  const payload = toJson(givenPayload, ["payload"], catalog.payloads ? MAX_STORED_BYTES : MAX_PAYLOAD_BYTES)
  return { job, options, definition, given: givenPayload, payload }
}

/** Checks the value that is stored, not the one that was given. */
async function checkInput({ definition, payload, given }: ReadJob): Promise<void> {
  if (definition?.input) await checkPayload(definition.name, definition.input, payload.value, given)
}

/** A job with the policies of its definition and the defaults; by name alone, with those of the call. */
interface Row {
  readonly name: string
  readonly isByName: boolean
  readonly queue: string | undefined
  readonly priority: number | undefined
  /** JSON of what few jobs have, in the names of store_jobs. */
  readonly rest: string
  readonly uniqueKey: string | undefined
  readonly idempotencyKey: string | undefined
  readonly after: readonly Parent[] | undefined
  /** Whether others of the same call run after it. */
  readonly isParent: boolean
  /** JSON. */
  readonly payload: string
  /** The key under which the payload is to be put into the app's store, if it is too large for the database. */
  readonly payloadKey: string | undefined
  readonly bytes: number
}

const NO_REST = "{}"

function rowOf(catalog: Catalog, { job, options: given, definition, payload }: ReadJob): Row {
  const options = definition ? completeOptions(definition, payload.value, given) : given
  const isByName = definition === undefined
  const defaults: JobPolicies = isByName ? {} : catalog.defaults
  const expiresIn = options.expiresIn ?? definition?.expiresIn ?? defaults.expiresIn
  const queue = options.queue ?? unlessComputed(definition?.queue) ?? defaults.queue
  const isPlain =
    options === NO_OPTIONS &&
    !definition?.concurrency &&
    !definition?.rate &&
    !definition?.fair &&
    expiresIn === undefined
  const rest = isPlain ? NO_REST : restOf(options, definition, payload.value, queue, expiresIn)
  const { unique, idempotencyKey } = options
  const uniqueKey = unique ? unique.key : options.uniqueKey
  const isLarge = catalog.payloads && payload.bytes > catalog.payloads.overBytes
  const keyBytes = (uniqueKey?.length ?? 0) + (idempotencyKey?.length ?? 0)
  return {
    name: job.name,
    isByName,
    queue,
    priority: options.priority ?? unlessComputed(definition?.priority) ?? defaults.priority,
    rest,
    uniqueKey,
    idempotencyKey,
    after: parentsOf(options.after),
    isParent: false,
    payload: payload.json,
    payloadKey: isLarge ? newKey("payloads") : undefined,
    bytes: job.name.length + rest.length + keyBytes + payload.bytes,
  }
}

function restOf(
  options: ReadJob["options"],
  definition: AnyJobDefinition | undefined,
  payload: unknown,
  queue: string | undefined,
  expiresIn: Duration | undefined,
): string {
  const metadata = options.metadata && toJson(options.metadata, ["options", "metadata"], MAX_METADATA_BYTES)
  const others = JSON.stringify({
    max_attempts: options.maxAttempts,
    timeout_ms: options.timeout === undefined ? undefined : durationMs(options.timeout),
    run_at: options.runAt === undefined ? undefined : toIsoInstant(options.runAt, ["options", "runAt"]),
    delay_ms: options.delay === undefined ? undefined : durationMs(options.delay, ["options", "delay"]),
    ...expiryOf(options, expiresIn),
    ...concurrencyOf(definition, payload, options, queue),
    ...rateOf(definition, payload, options, queue),
    ...fairColumns(definition, payload, options),
    unique: options.unique && uniqueRule(options.unique),
    only_queues: (options as LimitedOptions)[ONLY_QUEUES],
    on_parent_failure: options.onParentFailure,
    tags: options.tags?.length ? options.tags : undefined,
  })
  return metadata ? joinObjects(others, `{"metadata":${metadata.json}}`) : others
}

function expiryOf({ expiresAt }: EnqueueOptions, expiresIn: Duration | undefined) {
  if (expiresAt !== undefined) return { expires_at: toIsoInstant(expiresAt, ["options", "expiresAt"]) }
  return { expires_in_ms: expiresIn === undefined ? undefined : durationMs(expiresIn) }
}

function isPlain({ rest, payloadKey, uniqueKey, idempotencyKey, after }: Row): boolean {
  return (
    rest === NO_REST &&
    payloadKey === undefined &&
    uniqueKey === undefined &&
    idempotencyKey === undefined &&
    after === undefined
  )
}

/** The rows as `p_jobs` of store_jobs: of rows in a row that are alike, what they share is written once. */
function runsJson(rows: readonly Row[]): string {
  const runs: string[] = []
  for (let from = 0, to = 0; from < rows.length; from = to) {
    const first = rows[from] as Row
    do to++
    while (to < rows.length && areAlike(first, rows[to] as Row))
    runs.push(runJson(first, rows.slice(from, to), from))
  }
  return `[${runs.join(",")}]`
}

/** Whether they differ in their payloads and keys at most. */
function areAlike(one: Row, other: Row): boolean {
  return (
    one.name === other.name &&
    one.isByName === other.isByName &&
    one.queue === other.queue &&
    one.priority === other.priority &&
    one.rest === other.rest &&
    one.isParent === other.isParent &&
    (one.after === undefined) === (other.after === undefined) &&
    (one.payloadKey === undefined) === (other.payloadKey === undefined) &&
    (one.uniqueKey === undefined) === (other.uniqueKey === undefined) &&
    (one.idempotencyKey === undefined) === (other.idempotencyKey === undefined)
  )
}

function runJson(first: Row, rows: readonly Row[], at: number): string {
  const { name, isByName, queue, priority, rest, payloadKey, uniqueKey, idempotencyKey, after } = first
  const shared = JSON.stringify({
    at,
    name,
    by_name: isByName || undefined,
    queue,
    priority,
    is_parent: first.isParent || undefined,
    after: after === undefined ? undefined : rows.map((row) => row.after),
    payload_keys: payloadKey === undefined ? undefined : rows.map((row) => row.payloadKey),
    unique_keys: uniqueKey === undefined ? undefined : rows.map((row) => row.uniqueKey),
    idempotency_keys: idempotencyKey === undefined ? undefined : rows.map((row) => row.idempotencyKey),
  })
  const payloads = rows.map(({ payload, payloadKey }) => (payloadKey === undefined ? payload : null))
  return joinObjects(joinObjects(shared, rest), `{"payloads":[${payloads.map(String).join(",")}]}`)
}

/** The JSON of an object with the fields of both. The second may be empty. */
function joinObjects(one: string, other: string): string {
  if (other === "{}") return one
  return one === "{}" ? other : `${one.slice(0, -1)},${other.slice(1)}`
}

function definitionOf({ definitions }: Catalog, name: string): AnyJobDefinition | undefined {
  const definition = definitions?.get(name)
  if (definition || !definitions) return definition
  throw new UnknownNameError(name, unknownMessage(name, [...definitions.keys()]))
}

function unknownMessage(name: string, known: readonly string[], remedy = ""): string {
  const near = nearest(name, known)
  const hint = near
    ? `did you mean ${JSON.stringify(near)}?`
    : `known are ${formatList(known) || "none"}${remedy}`
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

/** What the database refuses because of what it knows of the definition. */
export function refusalOf(error: unknown): SluiceError | undefined {
  switch (codeOf(error)) {
    case "SL005":
      return unknownNameError(error)
    case "SL006":
      return new MissingOptionError(error as { message: string; detail: string })
    case "SL008":
      return uniqueKeyTaken(error as { message: string; detail: string })
    case "SL009":
      return new RequestError("request_differs", (error as Error).message, { cause: error })
    case "SL010":
      return new RequestError("request_in_progress", (error as Error).message, { cause: error })
    case "SL020":
      return new BatchFinishedError("batch_finished", (error as Error).message, { cause: error })
    case "SL021":
      return new BatchNotFoundError("batch_not_found", (error as Error).message, { cause: error })
    case "SL013":
      return new ForbiddenError("forbidden", (error as Error).message, { cause: error })
    case "SL011":
      return waitingLimitReached(error as { message: string; detail: string })
    default:
      return undefined
  }
}

/** See assert_room.sql. */
function waitingLimitReached(cause: { message: string; detail: string }): WaitingLimitError {
  const { kind, target, waiting } = JSON.parse(cause.detail)
  return new WaitingLimitError(kind === "queue" ? "queue_full" : "key_full", cause.message, {
    target,
    waiting,
    cause,
  })
}

/** A job by name lacks an option, or has one that its definition forbids, see assert_computed.sql and order_of.sql. */
class MissingOptionError extends InvalidInputError {
  static override readonly name = "InvalidInputError"
  readonly #at: number

  constructor(cause: { message: string; detail: string }) {
    const { option, at, code = "missing_option" } = JSON.parse(cause.detail)
    super(code, cause.message, { path: ["options", option], cause })
    this.#at = at
  }

  /** Not enumerable: `index` says it of a batch. */
  get at(): number {
    return this.#at
  }
}

/** See store_unique.sql. */
function uniqueKeyTaken(cause: { message: string; detail: string }): UniqueKeyTakenError {
  const { jobId, at } = JSON.parse(cause.detail)
  return new UniqueKeyTakenError(cause.message, { jobId, index: at, cause })
}

/** The database refuses a name of which it has no definition, see assert_known_names.sql. */
function unknownNameError(error: unknown): UnknownNameError {
  const { message, detail } = error as { message: string; detail?: string }
  const name = /"([^"]+)"/.exec(message)?.[1] ?? ""
  const known = detail?.replace("Known: ", "").split(", ")
  return new UnknownNameError(name, known ? unknownMessage(name, known, HOW_A_NAME_IS_KNOWN) : message, error)
}

const HOW_A_NAME_IS_KNOWN =
  ". A new name is known once migrate got its definition, or a drainer opened with it"

/** A job that is enqueued by name alone gets the key, or a call's key its limit, in the database. */
function concurrencyOf(
  definition: AnyJobDefinition | undefined,
  payload: unknown,
  options: EnqueueOptions,
  queue = "default",
) {
  const { concurrencyKey, concurrencyLimit, concurrencyOrder, concurrencyOnRetry } = options
  if (!definition)
    return {
      concurrency_key: concurrencyKey,
      concurrency_limit: concurrencyLimit,
      concurrency_order: concurrencyOrder,
      on_retry: concurrencyOnRetry,
    }
  const [first, ...others] = limitsOf(definition)
  const inOrder = orderOf(first, options)
  if (first === undefined && concurrencyKey === undefined) return {}
  const keyed = [
    {
      ...first,
      key: concurrencyKey ?? first?.key,
      limit: inOrder ? 1 : (concurrencyLimit ?? first?.limit),
      inOrder,
    },
    ...others,
  ]
    .map((limit) => ({
      ...("inOrder" in limit && limit.inOrder),
      concurrency_limit: limit.limit ?? 1,
      concurrency_key: concurrencyKeyOf(definition, limit, payload, queue),
    }))
    .filter(({ concurrency_key }) => concurrency_key !== undefined)
  const [one, ...further] = keyed
  return {
    ...one,
    ...(further.length > 0 && {
      further_keys: further.map(({ concurrency_key }) => concurrency_key),
      further_limits: further.map(({ concurrency_limit }) => concurrency_limit),
    }),
  }
}

/** Whether the job runs in the order of its enqueue, as store_jobs takes it. The SQL function order_of does it for jobs by name. */
function orderOf(
  first: Concurrency<unknown> | undefined,
  { concurrencyKey, concurrencyLimit, concurrencyOrder, concurrencyOnRetry }: EnqueueOptions,
) {
  const order = concurrencyOrder ?? first?.order
  if (!isInOrder({ order })) {
    if (concurrencyOnRetry !== undefined)
      refuse("missing_option", order, ["options", "concurrencyOrder"], '"enqueued" with concurrencyOnRetry')
    return undefined
  }
  if (first === undefined && concurrencyKey === undefined)
    refuse("missing_option", concurrencyKey, ["options", "concurrencyKey"], "a key with concurrencyOrder")
  assertOneAtATime(concurrencyLimit, ["options", "concurrencyLimit"])
  return { concurrency_order: order, on_retry: concurrencyOnRetry ?? first?.onRetry }
}

/** The same for the rate. */
function rateOf(
  definition: AnyJobDefinition | undefined,
  payload: unknown,
  { rateKey, rate: given }: EnqueueOptions,
  queue = "default",
) {
  if (!definition) return { rate_key: rateKey, rate: given && rateJson(given) }
  const rate = given ?? definition.rate
  if (rate) {
    const key = rateKey ?? rateKeyOf({ ...definition, rate: definition.rate ?? rate }, payload, queue)
    return key === undefined ? {} : { rate_key: key, rate: rateJson(rate) }
  }
  if (rateKey !== undefined)
    refuse("missing_option", rate, ["options", "rate"], "it with rateKey: the definition has no rate")
  return {}
}
