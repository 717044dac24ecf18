import { assertKnownKeys, assertName, assertText } from "../checks/validate.ts"
import type { Queryable } from "../database/connection.ts"
import { jsonRows } from "../database/pool-queryable.ts"
import { type ProtocolCall, protocolCall } from "../database/protocol-call.ts"
import { SCHEMA_VERSION } from "../database/schema.ts"
import type { TransactionClient } from "../database/transaction-client.ts"
import { translateError } from "../database/translate-error.ts"
import { byNameJson, type Catalog, JSON_TEXT, refusalOf } from "../enqueue/enqueue.ts"
import { assertRequest } from "../enqueue/request.ts"
import { UniqueKeyTakenError } from "../errors.ts"
import type { Carrier } from "../job/carrier.ts"
import type { AnyEvent } from "../job/define-event.ts"
import type { AnyJobDefinition } from "../job/define-job.ts"
import type { RequestToStore } from "../job/job-options.ts"
import { checkPayload, MAX_PAYLOAD_BYTES, toJson } from "../job/payload.ts"
import { withCarrier } from "../telemetry/instrumentation.ts"

export interface EmitOptions {
  /** Your open transaction: jobs are enqueued and resumed if it commits. Call `sluice.wake()` after that. */
  readonly transaction?: TransactionClient
  /** Another emit of the event with this key, within 24 hours, does nothing, and returns what the first has returned. */
  readonly idempotencyKey?: string
  /** The HTTP request that emits the event: it is carried out once. */
  readonly request?: RequestToStore
}

/** What an event has done. */
export interface EmittedEvent {
  /** The ids of the jobs that it has enqueued, one for each definition that subscribes to it, ordered by their names. */
  readonly jobs: readonly string[]
  /** How many jobs that waited for it go on. */
  readonly resumed: number
}

/** The jobs that were enqueued, those that were resumed, and whether drainers are awake for the first. */
interface Emitted {
  readonly jobIds: string[]
  readonly resumedIds: string[]
  readonly areAttended: boolean
}

/** The events to which these jobs subscribe, by name. */
export function eventsOf(jobs: readonly AnyJobDefinition[] | undefined): ReadonlyMap<string, AnyEvent> {
  return new Map((jobs ?? []).flatMap(({ on = [] }) => on.map((event) => [event.name, event])))
}

/** Checks the payload, then emits the event in one statement. */
export async function emitEvent(
  catalog: Catalog,
  database: Queryable,
  { name, schema }: Pick<AnyEvent, "name"> & Partial<AnyEvent>,
  given: unknown,
  options: Omit<EmitOptions, "transaction">,
  asks: boolean,
): Promise<Emitted> {
  assertName(name, ["event"])
  assertKnownKeys(options, ["idempotencyKey", "request"], ["options"])
  assertText(options.idempotencyKey, ["options", "idempotencyKey"])
  assertRequest(options.request)
  const payload = toJson(given === undefined ? {} : given, ["payload"], MAX_PAYLOAD_BYTES, false)
  if (schema) await checkPayload(name, schema, payload.value, given)
  return withCarrier(catalog.instrumentation, [name], async (carrier) => {
    const call = emitCall(catalog, name, payload.json, options, carrier, asks)
    const [row] = await jsonRows(
      database,
      `select to_json(job_ids::text[]) as jobs, to_json(resumed_ids::text[]) as resumed, attended from ${call.text}`,
      call.values,
    ).catch(throwRefusal)
    return { jobIds: row.jobs, resumedIds: row.resumed, areAttended: row.attended }
  })
}

/** Of several jobs that an event enqueues, which one was refused is told by the message, not by its place. */
function throwRefusal(error: unknown): never {
  const refusal = refusalOf(error)
  if (refusal instanceof UniqueKeyTakenError) refusal.index = undefined
  throw refusal ?? translateError(error)
}

function emitCall(
  { schema, defaults }: Catalog,
  name: string,
  payload: string,
  { idempotencyKey, request }: Omit<EmitOptions, "transaction">,
  carrier: Carrier | null,
  asks: boolean,
): ProtocolCall {
  const casts = { p_payload: JSON_TEXT, p_carrier: JSON_TEXT, p_by_name: JSON_TEXT }
  if (request)
    return protocolCall(
      schema,
      "emit_event_once",
      {
        p_key: request.key,
        p_fingerprint: request.fingerprint,
        p_schema_version: SCHEMA_VERSION,
        p_event: name,
        p_payload: payload,
        p_event_key: idempotencyKey,
        p_carrier: carrier && JSON.stringify(carrier),
        p_by_name: byNameJson(defaults),
        p_asks: asks,
      },
      casts,
    )
  return protocolCall(
    schema,
    "emit_event",
    {
      p_schema_version: SCHEMA_VERSION,
      p_event: name,
      p_payload: payload,
      p_key: idempotencyKey,
      p_carrier: carrier && JSON.stringify(carrier),
      p_by_name: byNameJson(defaults),
      p_asks: asks,
    },
    casts,
  )
}
