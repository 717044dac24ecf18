// Reading a database's address.
export { readAddress } from "./address.ts"
// Defining jobs, and what they are given.
export { correlate, currentCorrelationId } from "./correlation.ts"
// What the database must offer.
export type { Connect, Connection, Queryable } from "./database.ts"
// Draining: the engine's front door.
export { assertTimeoutsFit } from "./deadline.ts"
export type { EnqueueOptions, EnqueueResult } from "./definition.ts"
export {
  type AnyJobDefinition,
  type Backoff,
  type CheckpointOptions,
  type Concurrency,
  defineJob,
  type InputOf,
  type JobContext,
  type JobDefinition,
  type JobOptions,
  type JobPolicies,
  type JobSettings,
  type JobState,
  type Logger,
  type Work,
} from "./definition.ts"
export { type DrainOptions, type DrainSummary, drain } from "./drain.ts"
export { type Duration, durationMs } from "./duration.ts"
export type { NewJob } from "./enqueue.ts"
// Steering a job from inside `perform`.
// What can go wrong: one class a cause, each with a stable `code`.
export {
  DatabaseUnavailableError,
  Discard,
  InterruptedError,
  InvalidInputError,
  InvalidPayloadError,
  PayloadTooLargeError,
  PoolerError,
  RetryAfter,
  SchemaError,
  SessionLostError,
  SluiceError,
  Snooze,
  TimeoutError,
  UnknownJobError,
} from "./errors.ts"
export type { Executor, ThreadExecutor } from "./executor.ts"
// Following jobs from enqueue to perform.
export type { Carrier, Instrumentation, InstrumentedJob } from "./instrumentation.ts"
export type { Outcome, SettledExecution } from "./outcome.ts"
export { MAX_PAYLOAD_BYTES } from "./payload.ts"
export { LARGEST_BATCH } from "./performer.ts"
export type {
  Backlog,
  ExecutionError,
  JobSnapshot,
  QueueSnapshot,
  ReadJobOptions,
  ReadQueuesOptions,
} from "./read.ts"
export { SCHEMA_VERSION } from "./schema.ts"
// Enqueueing and reading.
export { createSluice, type Sluice, type SluiceOptions } from "./sluice.ts"
// The engine in a process that stays.
export { type StartOptions, start, type Worker, type WorkerHealth } from "./start.ts"
export type { TransactionClient } from "./transaction-client.ts"
export type { SetWakeUp } from "./wake-up.ts"
