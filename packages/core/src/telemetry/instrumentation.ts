import type { Carrier } from "../job/carrier.ts"
import type { Outcome } from "../job/outcome.ts"
import { isStorableJson } from "../job/payload.ts"
import { currentCorrelationId } from "./correlation.ts"

/** One execution, as an instrumentation sees it. */
export interface InstrumentedJob {
  /** A decimal string. */
  readonly id: string
  readonly name: string
  readonly queue: string
  /** 1 for the first execution that counts, 2 for the first retry, … */
  readonly attempt: number
  /** Null when the job was stored without. */
  readonly carrier: Carrier | null
}

/** Follows jobs from enqueue to perform, across processes. See `@sluice/core/opentelemetry` for one. */
export interface Instrumentation {
  /** Around one call that stores jobs, of these names. What is handed to `store` travels with each of them. */
  enqueue<Value>(names: readonly string[], store: (carrier: Carrier) => Promise<Value>): Promise<Value>
  /**
   * Around one execution. `work` never rejects: how it went is the outcome, to be handed on as it is. The details
   * given to `work` are on every line of the job's log.
   */
  perform(
    job: InstrumentedJob,
    work: (details?: Record<string, unknown>) => Promise<Outcome>,
  ): Promise<Outcome>
}

/** Room for a `traceparent`, a `tracestate` and the largest `baggage`. */
const MAX_CARRIER_BYTES = 16 * 1024

/** Hands what is to travel with the jobs to `store`, or null when there is nothing. */
export function withCarrier<Value>(
  instrumentation: Instrumentation | undefined,
  names: readonly string[],
  store: (carrier: Carrier | null) => Promise<Value>,
): Promise<Value> {
  const correlationId = currentCorrelationId()
  const own = correlationId === undefined ? {} : { correlationId }
  if (!instrumentation) return store(unlessEmpty(own))
  return instrumentation.enqueue(names, (added) =>
    store(unlessEmpty(isStorable(added) ? { ...added, ...own } : own)),
  )
}

/** A job is worth more than its labels: those that can't be stored are left out. */
function isStorable(carrier: Carrier): boolean {
  const json = JSON.stringify(carrier)
  return Buffer.byteLength(json) <= MAX_CARRIER_BYTES && isStorableJson(json)
}

function unlessEmpty(carrier: Carrier): Carrier | null {
  return Object.keys(carrier).length > 0 ? carrier : null
}
