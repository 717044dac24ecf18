import { currentCorrelationId } from "./correlation.ts"
import type { Outcome } from "./outcome.ts"

/**
 * What travels with a job from its enqueue to each of its executions: `correlationId`, and what an instrumentation
 * adds, as OpenTelemetry its `traceparent`.
 */
export type Carrier = Readonly<Record<string, string>>

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

/** Hands what is to travel with the jobs to `store`, or null when there is nothing. */
export function withCarrier<Value>(
  instrumentation: Instrumentation | undefined,
  names: readonly string[],
  store: (carrier: Carrier | null) => Promise<Value>,
): Promise<Value> {
  const correlationId = currentCorrelationId()
  const own = correlationId === undefined ? null : { correlationId }
  return instrumentation
    ? instrumentation.enqueue(names, (added) => store(own || hasAny(added) ? { ...added, ...own } : null))
    : store(own)
}

function hasAny(carrier: Carrier): boolean {
  return Object.keys(carrier).length > 0
}
