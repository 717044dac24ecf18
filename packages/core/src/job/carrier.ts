/**
 * Travels with a job from its enqueue to each of its executions: `correlationId`, and whatever an instrumentation adds,
 * for example OpenTelemetry's `traceparent`.
 */
export type Carrier = Readonly<Record<string, string>>
