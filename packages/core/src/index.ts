// Define jobs, enqueue them and read their state.
export { createSluice } from "./create-sluice.ts"
export type { EnqueuedBatch, RetryBatchOptions, Sluice, SluiceOptions } from "./sluice.ts"
export type { BatchCallback, BatchOptions } from "./batches/batch-options.ts"
export type { BatchList, ListBatchesOptions, ListedBatch } from "./batches/list-batches.ts"
export type { BatchSnapshot, JobBatch, JobToAdd } from "./job/job-batch.ts"
export {
  type EnqueuedWorkflow,
  type StepResults,
  type StepSettings,
  type Workflow,
  type WorkflowOptions,
  workflow,
} from "./workflows/workflow.ts"
export type { StepSnapshot, WorkflowSnapshot, WorkflowStep } from "./job/workflow.ts"
export type { JobParent, JobParents } from "./job/job-parents.ts"
export {
  type AnyJobDefinition,
  defineJob,
  type InputOf,
  type JobDefinition,
  type JobOptions,
  type JobSettings,
  type ResultOf,
  type Work,
} from "./job/define-job.ts"
export { describeRetries, type Retries, type RetryPolicy, type RetryRule } from "./job/describe-retries.ts"
export { JOB_STATES } from "./job/job-options.ts"
export type {
  Computed,
  ComputedUniqueness,
  Concurrency,
  EnqueueOptions,
  EnqueueResult,
  JobPolicies,
  Rate,
  RateLimit,
  JobState,
  RequestToStore,
  Uniqueness,
} from "./job/job-options.ts"
export type { Fair, FairShare } from "./job/fair-share.ts"
export {
  type AnyEvent,
  defineEvent,
  type EmittedOf,
  type EventDefinition,
  type ReceivedOf,
} from "./job/define-event.ts"
export type { EmitOptions, EmittedEvent } from "./events/emit.ts"
export { defineSchedule, type ScheduleDefinition, type ScheduleOptions } from "./job/define-schedule.ts"
export type { CatchUp, Overlap, ScheduleTiming } from "./job/schedule-settings.ts"
export type { JobHandle, WaitOptions } from "./job/job-handle.ts"
export type {
  CheckpointOptions,
  JobContext,
  OpenEventWaitOptions,
  StepOptions,
  WaitForEventOptions,
  WaitForOptions,
} from "./job/job-context.ts"
export type {
  CheckedJobs,
  GatheredOutcome,
  GatheredOutcomes,
  GatheredResults,
  GatherOptions,
  JobToGather,
} from "./job/gathering.ts"
export type { Batch, BatchContext, PerformMany } from "./job/batch.ts"
export type { Keep } from "./job/keep.ts"
export type { Backoff, BackoffSettings, BackoffStrategy } from "./job/backoff.ts"
export {
  discardOn,
  type ErrorClass,
  type ErrorMatcher,
  type ErrorMatchers,
  type ErrorRule,
  type RetryOnOptions,
  rescueFrom,
  retryOn,
} from "./job/error-rules.ts"
export type { EnqueuedJob, Hooks, JobToEnqueue, PerformedJob } from "./job/hooks.ts"
export type { Executor, ThreadExecutor } from "./job/executor.ts"
export type { NewJob } from "./enqueue/enqueue.ts"
export type {
  ExecutionError,
  JobExecution,
  JobProgress,
  JobRetry,
  KeptLine,
  JobSnapshot,
  JobWait,
  ReadJobOptions,
} from "./job/job-snapshot.ts"
export type { JobStatus } from "./inspect/job-status.ts"
export type { Pause } from "./inspect/pauses.ts"
export type {
  QueueSnapshot,
  ReadQueuesOptions,
  SampleQueuesOptions,
} from "./inspect/queues.ts"
export type { DefinitionSnapshot, ListDefinitionsOptions } from "./inspect/definitions.ts"
export type {
  DrainerDetails,
  DrainerList,
  DrainerSnapshot,
  ListDrainersOptions,
} from "./inspect/drainers.ts"
export type {
  KeySnapshot,
  ListKeysOptions,
  ListRatesOptions,
  RateSnapshot,
} from "./inspect/keys.ts"
export type { KnownEvent, ListWaitsOptions, OpenWait, WaitList } from "./inspect/waits.ts"
export type { WaitingLimit } from "./inspect/waiting-limits.ts"
export type { CountJobsOptions, JobCount, JobCounts } from "./inspect/count-jobs.ts"
export type { FilterValues } from "./inspect/filter-values.ts"
export type { JobHolder } from "./inspect/holder.ts"
export type { JobRelatives, RelatedJob } from "./inspect/relatives.ts"
export type { JobList, ListedJob, ListJobsOptions } from "./inspect/list-jobs.ts"
export type { InputCondition, JobFilter } from "./job/job-filter.ts"
export type { BulkOptions, BulkResult } from "./manage/bulk.ts"
export type { ChangedJob, JobReference, RetryOptions } from "./manage/jobs.ts"
export type { PauseOptions } from "./manage/pauses.ts"
export type { LimitOverride } from "./manage/limit-overrides.ts"
export type { WaitingLimits } from "./manage/waiting-limits.ts"
export type { CompleteWaitOptions } from "./manage/waits.ts"
export type { JobChanges } from "./manage/update.ts"
export type { ScheduleSettings } from "./schedules/fields.ts"
export type { ListSchedulesOptions } from "./schedules/schedules.ts"
export type { ListTicksOptions, TickList } from "./schedules/list-ticks.ts"
export type { ScheduleRun, ScheduleSnapshot } from "./schedules/schedule-snapshot.ts"
export type { Backlog } from "./inspect/backlog.ts"
export type {
  ErrorDetails,
  ErrorGroup,
  ErrorList,
  Failure,
  FailureList,
  ListDiscardedOptions,
  ListErrorsOptions,
  ListFailuresOptions,
} from "./inspect/errors.ts"
export type { AgeRange, Overview } from "./inspect/overview.ts"
export type { ExamineOptions, Finding, FindingValues } from "./inspect/findings/finding.ts"
export type { Deployment, ListDeploymentsOptions } from "./inspect/deployments.ts"
export type { Forecast } from "./inspect/forecast.ts"
export type {
  Measured,
  MeasuredOptions,
  OutcomeCounts,
  Percentiles,
  SteppedOptions,
} from "./inspect/measured.ts"
export type { ListNamesOptions, NameSummary } from "./inspect/names.ts"
export type { SlowJob } from "./inspect/slowest-jobs.ts"
export type { ListSeriesOptions, Series, SeriesList } from "./inspect/series.ts"
export type { SnapshotStore } from "./inspect/snapshot-store.ts"
export type { Throughput, ThroughputPoint } from "./inspect/throughput.ts"
export type { Health, HealthOptions, HealthReason, Verdict } from "./inspect/verdict.ts"
export { type Duration, durationMs } from "./checks/duration.ts"
export type { Json, JsonOf } from "./checks/json.ts"
export { MAX_PAYLOAD_BYTES } from "./job/payload.ts"
export type { PayloadOptions, PayloadStore, Size } from "./job/payload-store.ts"

// Perform jobs: in one drain, or in a process that keeps running.
export { drain } from "./drain.ts"
export type { DrainOptions } from "./drain-options.ts"
export type { DrainSummary } from "./drain-summary.ts"
export { type StartOptions, start, type Worker, type WorkerHealth } from "./start.ts"
export { assertTimeoutsFit } from "./session/deadline.ts"
export type { Invocation } from "./job/invocation.ts"
export { batchSize } from "./job/batch-size.ts"
export { mayPerform, type PoolOptions } from "./session/pool.ts"
export type { SetWakeUp } from "./wake/wake-up.ts"

// The database: connections, transactions and the version of the schema.
export type { Connect, Connection, Queryable } from "./database/connection.ts"
export type { TransactionClient } from "./database/transaction-client.ts"
export { readAddress } from "./database/address.ts"
export { SCHEMA_VERSION } from "./database/schema.ts"

// Observe jobs: correlation ids, traces, outcomes and logs.
export { correlate, currentCorrelationId } from "./telemetry/correlation.ts"
export type { Instrumentation, InstrumentedJob } from "./telemetry/instrumentation.ts"
export type { Carrier } from "./job/carrier.ts"
export type { Outcome, SettledExecution } from "./job/outcome.ts"
export type { Logger } from "./logger.ts"

// Control a job from `perform`: throw one of these.
export { Discard, PauseKey, RetryAfter, Snooze } from "./job/control-errors.ts"

// Give people and programs access, and record what they do.
export { actingAs } from "./acting-as.ts"
export type {
  ApiKey,
  ApiKeySettings,
  ListApiKeysOptions,
  NewApiKey,
  RotateApiKeyOptions,
} from "./access/api-keys.ts"
export type { ActionList, ListActionsOptions, RecordedAction, Via } from "./access/audit.ts"
export type { RecordedVerb } from "./access/recorded-verbs.ts"
export { includesRole, type Principal, type Role } from "./access/principal.ts"
export type { GetPrincipalOptions } from "./access/verify-keys.ts"

// Errors: one class per cause, each with a stable `code`.
export {
  ApiKeyNotFoundError,
  BatchFinishedError,
  BatchNotFoundError,
  DatabaseUnavailableError,
  ForbiddenError,
  InterruptedError,
  InvalidInputError,
  InvalidPayloadError,
  InvalidResultError,
  JobCanceledError,
  JobExpiredError,
  JobFailedError,
  JobNotFoundError,
  JobsFailedError,
  JobStateError,
  ParentResultError,
  PayloadTooLargeError,
  PoolerError,
  RequestError,
  ScheduleNotFoundError,
  ScheduleStateError,
  SchemaError,
  SessionLostError,
  SluiceError,
  TimeoutError,
  UniqueKeyTakenError,
  UnknownJobError,
  WaitingLimitError,
  WaitNotFoundError,
  WaitStateError,
  WaitTimeoutError,
} from "./errors.ts"
