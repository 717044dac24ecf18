import { assertGiven } from "../checks/field.ts"
import { assertKnownKeys, isRecord, refuse } from "../checks/validate.ts"
import { byNameJson, type Catalog, type NewJob, toStoreLater } from "../enqueue/enqueue.ts"
import { callbackOptions } from "../enqueue/options.ts"
import { InvalidInputError } from "../errors.ts"
import type { AnyJobDefinition } from "../job/define-job.ts"
import { isDefinition } from "../job/index-by-name.ts"
import type { EnqueueOptions } from "../job/job-options.ts"
import { MAX_METADATA_BYTES, toJson } from "../job/payload.ts"
import { OF_BATCH } from "./fields.ts"

/** A job that a batch enqueues: its definition, whose payload is `{}` then, or as an element of `enqueueMany`. */
export type BatchCallback<Job extends AnyJobDefinition = AnyJobDefinition> = AnyJobDefinition | NewJob<Job>

export interface BatchOptions<Job extends AnyJobDefinition = AnyJobDefinition> {
  /** Enqueued once all jobs have ended. Without jobs, that is at once. */
  readonly onFinish?: BatchCallback<Job>
  /** Enqueued once all jobs have succeeded, beside `onFinish`. */
  readonly onSuccess?: BatchCallback<Job>
  /** Enqueued as soon as one of the jobs is discarded, once, while others may still run. */
  readonly onDiscard?: BatchCallback<Job>
  /** A JSON object of up to 64 KiB for the callbacks, which read it with `context.batch.read()`. */
  readonly properties?: Readonly<Record<string, unknown>>
  /** The id of an open batch, in which this one counts as one job. */
  readonly parent?: string
  readonly transaction?: EnqueueOptions["transaction"]
  /** As in `enqueue`: another call for the same request returns the batch that the first one has stored. */
  readonly request?: EnqueueOptions["request"]
}

const EVENTS = ["onFinish", "onSuccess", "onDiscard"] as const
const OPTION_KEYS = [...EVENTS, "properties", "parent", "transaction", "request"]
/** What a job that is to be stored has of these, also if its definition gives them. */
const REFUSED_COLUMNS = ["unique", "unique_keys", "idempotency_keys"]

/** Checks the options, and returns them as store_batch takes them. Throws `InvalidInputError`. */
export async function batchJson(catalog: Catalog, options: BatchOptions): Promise<string> {
  assertKnownKeys(options, OPTION_KEYS, ["options"])
  assertGiven(OF_BATCH, options, ["options"])
  const { properties = {}, parent } = options
  const callbacks = [`"byName":${byNameJson(catalog.defaults)}`]
  for (const event of EVENTS) {
    const callback = options[event]
    if (callback !== undefined) callbacks.push(`"${event}":${await callbackJson(catalog, event, callback)}`)
  }
  const { json } = toJson(properties, ["options", "properties"], MAX_METADATA_BYTES)
  const parentJson = parent === undefined ? "null" : JSON.stringify(parent)
  return `{"properties":${json},"parent":${parentJson},"callbacks":{${callbacks.join(",")}}}`
}

async function callbackJson(catalog: Catalog, event: string, callback: BatchCallback): Promise<string> {
  const path = ["options", event]
  if (!isRecord(callback))
    refuse("invalid_option", callback, path, "a definition, or an object with name, payload and options")
  // data that only looks like a definition would bring options that nobody has checked
  const definition = isDefinition(callback) ? callback : undefined
  const job = definition ? { name: definition.name } : (callback as NewJob)
  const { options } = job as NewJob
  if (options !== undefined) callbackOptions.assert(options, [...path, "options"])
  try {
    const stored = await toStoreLater(catalog, job, definition)
    const columns = JSON.parse(stored)
    if (REFUSED_COLUMNS.some((column) => column in columns))
      refuse(
        "invalid_option",
        job.name,
        ["name"],
        "a job whose definition isn't unique and has no idempotency key: a batch enqueues its callbacks once",
      )
    return stored
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    const [first, ...rest] = error.path
    const within = first === "job" ? rest : error.path // the callback itself
    const where = { path: [...path, ...within], cause: error }
    throw new InvalidInputError(error.code, `${event}: ${error.message}`, where)
  }
}
