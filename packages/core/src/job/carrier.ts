/**
 * What travels with a job from its enqueue to each of its executions: `correlationId`, and what an instrumentation
 * adds, as OpenTelemetry its `traceparent`.
 */
export type Carrier = Readonly<Record<string, string>>
