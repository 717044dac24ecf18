import { isDeepStrictEqual } from "node:util"
import type { Duration } from "../checks/duration.ts"
import { checkOptions } from "../checks/field.ts"
import { refuse } from "../checks/validate.ts"
import { toPgArray, toPgTextArray } from "../database/array-literal.ts"
import { protocolCall } from "../database/protocol-call.ts"
import type { AnyJobDefinition } from "../job/define-job.ts"
import type { JobSnapshot } from "../job/job-snapshot.ts"
import { type ComputedKeys, computesKeys, storedKeysOf } from "../job/limit-keys.ts"
import { toIsoInstant } from "../job/option-values.ts"
import {
  checkPayload,
  MAX_METADATA_BYTES,
  MAX_PAYLOAD_BYTES,
  type StoredJson,
  toJson,
} from "../job/payload.ts"
import { MAX_STORED_BYTES, newKey, putObject, type StoredPayloads } from "../job/payload-store.ts"
import { JOB_CHANGES } from "./fields.ts"
import type { Verb } from "./jobs.ts"

/** What to change of a job that waits. What isn't given stays. */
export interface JobChanges {
  /** When the job is due. One that was ready becomes scheduled if that is later. */
  readonly runAt?: Date | string
  /** How long from now the job is due, instead of `runAt`. */
  readonly delay?: Duration
  readonly priority?: number
  readonly queue?: string
  /** Validated by the input schema of the job's definition, if `createSluice({ jobs })` has it. */
  readonly payload?: unknown
  readonly tags?: readonly string[]
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** Where the payload of a job is checked and kept. */
export interface PayloadRules {
  readonly schema: string
  /** Reads the job, with its payload. */
  readonly getJob: (id: string) => Promise<JobSnapshot | undefined>
  readonly definitions: ReadonlyMap<string, AnyJobDefinition> | undefined
  readonly payloads: StoredPayloads | undefined
}

/** Checks the changes, and returns the verb that makes them. A payload is checked and stored for the one job of this id. */
export async function updateVerb(rules: PayloadRules, changes: JobChanges, id: string): Promise<Verb> {
  const json = changesJson(changes)
  if (changes.payload === undefined) return verbOf(rules, json)
  const { schema, payloads } = rules
  const payload = toJson(changes.payload, ["payload"], payloads ? MAX_STORED_BYTES : MAX_PAYLOAD_BYTES)
  const keys = await keysOf(rules, id, payload, changes.payload)
  if (!payloads || payload.bytes <= payloads.overBytes) return verbOf(rules, withPayload(json, payload), keys)
  const payloadKey = newKey("payloads")
  await putObject(payloads, payloadKey, payload.json)
  return verbOf({ schema }, json, { ...keys, payloadKey })
}

/** The same for jobs of a name. A payload must not decide their keys, which would have to be computed for each. */
export async function bulkUpdateVerb(
  rules: Pick<PayloadRules, "schema" | "definitions">,
  changes: JobChanges,
  name: string | readonly string[] | undefined,
): Promise<Verb> {
  const json = changesJson(changes)
  if (changes.payload === undefined) return verbOf(rules, json)
  if (typeof name !== "string")
    refuse("invalid_option", name, ["filter", "name"], "the name whose definition checks the payload")
  const payload = toJson(changes.payload, ["payload"])
  const definition = rules.definitions?.get(name)
  if (definition?.input) await checkPayload(name, definition.input, payload.value, changes.payload)
  if (definition && computesKeys(definition))
    refuse(
      "invalid_option",
      changes.payload,
      ["changes", "payload"],
      "the payload of one job at a time, because it decides their keys",
    )
  return verbOf(rules, withPayload(json, payload))
}

function verbOf(
  { schema }: Pick<PayloadRules, "schema">,
  json: string,
  { key, rateKey, furtherKeys, payloadKey }: ComputedKeys & { payloadKey?: string } = {},
): Verb {
  const casts = { p_changes: "pg_catalog.text::pg_catalog.jsonb" }
  return (ids) =>
    protocolCall(
      schema,
      "update_jobs",
      {
        p_ids: toPgArray(ids),
        p_changes: json,
        p_payload_key: payloadKey,
        p_key: key,
        p_rate_key: rateKey,
        p_further_keys: furtherKeys && toPgTextArray(furtherKeys),
      },
      casts,
    )
}

/** The changes but for the payload, as the SQL function takes them. */
function changesJson(changes: JobChanges): string {
  checkOptions(JOB_CHANGES, changes, ["changes"])
  const { runAt, delay, priority, queue, tags, metadata } = changes
  const json = JSON.stringify({
    runAt: runAt === undefined ? undefined : toIsoInstant(runAt, ["changes", "runAt"]),
    delay,
    priority,
    queue,
    tags,
  })
  if (metadata === undefined) return json
  return withField(json, "metadata", toJson(metadata, ["changes", "metadata"], MAX_METADATA_BYTES).json)
}

function withPayload(json: string, payload: StoredJson): string {
  return withField(json, "payload", payload.json)
}

function withField(object: string, name: string, json: string): string {
  return `${object.slice(0, -1)}${object === "{}" ? "" : ","}${JSON.stringify(name)}:${json}}`
}

/**
 * Checks the payload by the definition of the job, if it is known, and returns the keys that the job has with it. A key that
 * the enqueue gave stays.
 */
async function keysOf(
  { getJob, definitions }: PayloadRules,
  id: string,
  payload: StoredJson,
  given: unknown,
): Promise<ComputedKeys> {
  const job = await getJob(id)
  const definition = job && definitions?.get(job.name)
  if (!definition) return {}
  if (definition.input) await checkPayload(definition.name, definition.input, payload.value, given)
  const kept: ComputedKeys = {
    key: job.concurrencyKey ?? undefined,
    rateKey: job.rateKey ?? undefined,
    furtherKeys: job.concurrencyKeys.slice(1),
  }
  if (!computesKeys(definition)) return kept
  const before = await storedKeysOf(definition, job.payload, job.queue).catch((): ComputedKeys => ({}))
  const isComputed = (one: keyof ComputedKeys) =>
    kept[one] !== undefined && isDeepStrictEqual(kept[one], before[one])
  const fromPayload = (["key", "rateKey", "furtherKeys"] as const).filter(isComputed)
  if (fromPayload.length === 0) return kept
  const computed = await storedKeysOf(definition, payload.value, job.queue)
  return { ...kept, ...Object.fromEntries(fromPayload.map((one) => [one, computed[one]])) }
}
