import type { Carrier } from "../job/carrier.ts"
import type { Outcome, SettledExecution } from "../job/outcome.ts"
import { isStorableJson } from "../job/payload.ts"
import { currentCorrelationId } from "./correlation.ts"

/** The execution that `Instrumentation.perform` wraps. */
export interface InstrumentedJob {
  /** A decimal string. */
  readonly id: string
  readonly name: string
  readonly queue: string
  /** 1 for the first attempt, 2 for the first retry, … */
  readonly attempt: number
  /** What `Instrumentation.enqueue` passed to `store`. Null if the job was stored without a carrier. */
  readonly carrier: Carrier | null
}

/** Traces jobs from enqueue to perform, across processes. `openTelemetry()` of `@sluice/core/opentelemetry` is one. */
export interface Instrumentation {
  /** Wraps a call that stores jobs with these names. Each job carries what `store` is called with. */
  enqueue<Value>(names: readonly string[], store: (carrier: Carrier) => Promise<Value>): Promise<Value>
  /**
   * Wraps an execution. `work` never rejects; it resolves to the outcome, which must be returned unchanged. The details
   * passed to `work` are added to every line of the job's log.
   */
  perform(
    job: InstrumentedJob,
    work: (details?: Record<string, unknown>) => Promise<Outcome>,
  ): Promise<Outcome>
  /** Is told of each execution once its outcome is stored. */
  settled?(execution: SettledExecution): void
}

/** Enough for a `traceparent`, a `tracestate` and the largest `baggage`. */
const MAX_CARRIER_BYTES = 16 * 1024

/** Calls `store` with what the jobs carry, or null if that is nothing. */
export function withCarrier<Value>(
  instrumentation: Instrumentation | undefined,
  names: readonly string[],
  store: (carrier: Carrier | null) => Promise<Value>,
): Promise<Value> {
  const correlationId = currentCorrelationId()
  const own = correlationId === undefined ? {} : { correlationId }
  if (!instrumentation) return store(nullIfEmpty(own))
  return instrumentation.enqueue(names, (added) =>
    store(nullIfEmpty(isStorable(added) ? { ...added, ...own } : own)),
  )
}

/** Whether the carrier can be stored. If not, the job is stored without it. */
function isStorable(carrier: Carrier): boolean {
  const json = JSON.stringify(carrier)
  return Buffer.byteLength(json) <= MAX_CARRIER_BYTES && isStorableJson(json)
}

function nullIfEmpty(carrier: Carrier): Carrier | null {
  return Object.keys(carrier).length > 0 ? carrier : null
}
