import {
  type ApiKey,
  type ApiKeySettings,
  createApiKey,
  type ListApiKeysOptions,
  listApiKeys,
  type NewApiKey,
  type RotateApiKeyOptions,
  revokeApiKey,
  rotateApiKey,
} from "./access/api-keys.ts"
import { type ActionList, type ListActionsOptions, listActions } from "./access/audit.ts"
import type { Principal } from "./access/principal.ts"
import { createKeyVerifier, type GetPrincipalOptions } from "./access/verify-keys.ts"
import { type BatchOptions, batchJson } from "./batches/batch-options.ts"
import { type BatchList, type ListBatchesOptions, listBatches } from "./batches/list-batches.ts"
import { familyOf, readBatch } from "./batches/read-batch.ts"
import { boundedMs, type Duration } from "./checks/duration.ts"
import type { IsAny } from "./checks/json.ts"
import { assertKnownKeys, assertPolicies, isRecord, refuse } from "./checks/validate.ts"
import { toPgArray } from "./database/array-literal.ts"
import { assertDatabase } from "./database/assert-connection.ts"
import type { Connect, Queryable } from "./database/connection.ts"
import { poolQueryable } from "./database/pool-queryable.ts"
import { protocolCall } from "./database/protocol-call.ts"
import { readJson } from "./database/read-json.ts"
import { assertSchemaName } from "./database/schema.ts"
import { asQueryable, type TransactionClient } from "./database/transaction-client.ts"
import { translateError } from "./database/translate-error.ts"
import { type Catalog, type NewJob, type Stored, storeJob, storeJobs } from "./enqueue/enqueue.ts"
import { storeAround } from "./enqueue/store-around.ts"
import { JobNotFoundError } from "./errors.ts"
import { type EmitOptions, type EmittedEvent, emitEvent, eventsOf } from "./events/emit.ts"
import { type Backlog, readBacklog } from "./inspect/backlog.ts"
import { type CountJobsOptions, countJobs, type JobCounts } from "./inspect/count-jobs.ts"
import {
  type DefinitionSnapshot,
  type ListDefinitionsOptions,
  listDefinitions,
} from "./inspect/definitions.ts"
import { type Deployment, type ListDeploymentsOptions, listDeployments } from "./inspect/deployments.ts"
import {
  type DrainerDetails,
  type DrainerList,
  type ListDrainersOptions,
  listDrainers,
  readDrainer,
} from "./inspect/drainers.ts"
import {
  type ErrorDetails,
  type ErrorList,
  type FailureList,
  type ListErrorsOptions,
  type ListFailuresOptions,
  listDiscarded,
  listErrors,
  listFailures,
  readError,
} from "./inspect/errors.ts"
import { type FilterValues, readFilterValues } from "./inspect/filter-values.ts"
import { examine } from "./inspect/findings/examine.ts"
import type { ExamineOptions, Finding } from "./inspect/findings/finding.ts"
import { type Forecast, readForecast } from "./inspect/forecast.ts"
import { type JobHolder, readHolder } from "./inspect/holder.ts"
import { readJob, withObjects } from "./inspect/job.ts"
import { type JobStatus, readJobStatus } from "./inspect/job-status.ts"
import {
  type KeySnapshot,
  type ListKeysOptions,
  type ListRatesOptions,
  listKeys,
  listRates,
  type RateSnapshot,
} from "./inspect/keys.ts"
import { type JobList, type ListJobsOptions, listJobs } from "./inspect/list-jobs.ts"
import type { SteppedOptions } from "./inspect/measured.ts"
import { type ListNamesOptions, listNames, type NameSummary } from "./inspect/names.ts"
import { type Overview, readOverview } from "./inspect/overview.ts"
import { type Pause, readPauses } from "./inspect/pauses.ts"
import {
  type QueueSnapshot,
  type ReadQueuesOptions,
  readQueues,
  type SampleQueuesOptions,
  sampleQueues,
} from "./inspect/queues.ts"
import { type JobRelatives, readRelatives } from "./inspect/relatives.ts"
import { type ListSeriesOptions, listSeries, type SeriesList } from "./inspect/series.ts"
import { listSlowest, type SlowJob } from "./inspect/slowest-jobs.ts"
import { readThroughput, type Throughput } from "./inspect/throughput.ts"
import { type Health, type HealthOptions, readHealth } from "./inspect/verdict.ts"
import { readWaitingLimits, type WaitingLimit } from "./inspect/waiting-limits.ts"
import {
  type KnownEvent,
  type ListWaitsOptions,
  listEvents,
  listWaits,
  type WaitList,
} from "./inspect/waits.ts"
import { assertSchedules } from "./job/assert-schedules.ts"
import { assertBatchId } from "./job/batch-id.ts"
import type { AnyEvent, EmittedOf } from "./job/define-event.ts"
import { type AnyJobDefinition, bindDefinition, type InputOf, type ResultOf } from "./job/define-job.ts"
import type { ScheduleDefinition } from "./job/define-schedule.ts"
import { assertHooks, type Hooks } from "./job/hooks.ts"
import { indexByName } from "./job/index-by-name.ts"
import type { BatchSnapshot } from "./job/job-batch.ts"
import type { JobFilter } from "./job/job-filter.ts"
import { type JobHandle, toHandle, type WaitOptions } from "./job/job-handle.ts"
import { assertJobId } from "./job/job-id.ts"
import type { EnqueueOptions, EnqueueResult, JobPolicies, JobState } from "./job/job-options.ts"
import type { JobSnapshot, ReadJobOptions } from "./job/job-snapshot.ts"
import { checkPayloadOptions, type PayloadOptions } from "./job/payload-store.ts"
import type { WorkflowSnapshot, WorkflowStep } from "./job/workflow.ts"
import type { Logger } from "./logger.ts"
import { actOnMatching, type BulkOptions, type BulkResult, type Side } from "./manage/bulk.ts"
import {
  type Acted,
  actOnOne,
  type ChangedJob,
  cancelVerb,
  deleteVerb,
  idOf,
  type JobReference,
  type RetryOptions,
  retryVerb,
  runNowVerb,
  type Verb,
} from "./manage/jobs.ts"
import {
  type PauseOptions,
  pauseKey,
  pauseName,
  pauseQueue,
  resumeKey,
  resumeName,
  resumeQueue,
} from "./manage/pauses.ts"
import { bulkUpdateVerb, type JobChanges, updateVerb } from "./manage/update.ts"
import { limitKey, limitQueue, type WaitingLimits } from "./manage/waiting-limits.ts"
import { type CompleteWaitOptions, completeWait } from "./manage/waits.ts"
import { createFinishWatch } from "./results/finish-watch.ts"
import { type ListTicksOptions, listTicks, type TickList } from "./schedules/list-ticks.ts"
import type { ScheduleSnapshot } from "./schedules/schedule-snapshot.ts"
import {
  deleteSchedule,
  getSchedule,
  type ListSchedulesOptions,
  listSchedules,
  pauseSchedule,
  resumeSchedule,
  runSchedule,
  type ScheduleSettings,
  setSchedule,
} from "./schedules/schedules.ts"
import type { Instrumentation } from "./telemetry/instrumentation.ts"
import { readWorkflow } from "./workflows/read-workflow.ts"
import { namingStep, toStore } from "./workflows/store-workflow.ts"
import type { EnqueuedWorkflow, Workflow, WorkflowOptions } from "./workflows/workflow.ts"

export interface SluiceOptions<Job extends AnyJobDefinition = AnyJobDefinition> {
  /**
   * Runs the statements of this object: a pg `Pool`, or anything else with its `query`. May go through any pooler. If it
   * emits errors and has no listener for them, it gets one, so that a restart of the database doesn't end the process.
   */
  readonly database: Queryable
  /**
   * The definitions that this app enqueues or performs. Without them, jobs are enqueued by name: payloads aren't checked,
   * and policies are those of the definition that `migrate({ jobs })` or a drainer has registered in the database.
   */
  readonly jobs?: readonly Job[]
  /**
   * Schedules of these jobs. Drainers register them when they open, unless `migrate` has registered the jobs: then they are given
   * to `migrate`.
   */
  readonly schedules?: readonly ScheduleDefinition[]
  /** The schema that `migrate` created. Default `"sluice"`. */
  readonly schema?: string
  /** Policies for jobs whose definition and call don't set them. A registered definition comes before these, too. */
  readonly defaults?: JobPolicies
  /**
   * Invokes a drainer. Called after a due job was stored while no drainer is awake that performs it, once if many jobs are
   * stored at the same time. It is passed the queues of these jobs, for deployments whose pools have functions of their own. Its
   * errors are ignored: the job is stored, and starts with the schedule. Default: jobs start with the schedule.
   */
  readonly wake?: (queues: readonly string[]) => Promise<void>
  /**
   * Longest wait for a statement. Then `DatabaseUnavailableError` is thrown; the statement may or may not have been
   * carried out. Does not apply to a `transaction` that you pass. Enqueueing and `getJob` wait as long for each object of
   * the store of payloads. Default `"30s"`.
   */
  readonly answerWithin?: Duration
  /**
   * Keeps payloads and results that are over a size outside of the database. Give the same to apps that enqueue and to
   * drainers. Default: all are in the database, up to 256 KiB each.
   */
  readonly payloads?: PayloadOptions
  /**
   * Opens the connection on which waits for results are notified, such as `createConnect(url)` of `@sluice/core/pg`: one for any
   * number of them, closed when nobody waits. Through a transaction pooler, and without it, they look at growing intervals of
   * up to 2 seconds.
   */
  readonly listen?: Connect
  /** Functions that are called around and after what happens to jobs: to measure, or to report errors. */
  readonly hooks?: Hooks
  /** Told of hooks that fail while jobs are enqueued. Those of executions are logged by `drain`. Default `console`. */
  readonly log?: Logger
  /** Traces jobs from enqueue to perform, for example `openTelemetry()` of `@sluice/core/opentelemetry`. */
  readonly instrumentation?: Instrumentation
}

/** `Job` is the union of the definitions, by which names and payloads are checked. A plain `Sluice` takes those of any. */
// biome-ignore lint/suspicious/noExplicitAny: the one argument for which every Sluice is a plain one
export interface Sluice<Job extends AnyJobDefinition = any> extends Catalog {
  readonly database: Queryable
  /**
   * Stores one job. By name alone, a definition that is registered in the database gives what the call doesn't say.
   *
   * @throws InvalidInputError, also as `UnknownJobError`, `InvalidPayloadError` or `PayloadTooLargeError`
   * @throws DatabaseUnavailableError
   * @throws SchemaError
   */
  enqueue<Given extends AnyJobDefinition | Job["name"]>(
    job: Given | NameOf<Given>,
    payload: InputOf<Given extends string ? Named<Job, Given> : Given>,
    options?: EnqueueOptions,
  ): Promise<JobHandle<ResultOf<Given extends string ? Named<Job, Given> : Given>>>
  /**
   * Stores up to 100,000 jobs (64 MiB) in one statement: all of them or, if it throws, none. The results are in the order
   * of the jobs. Throws like `enqueue`; the error's `index` is that of the first invalid job.
   */
  enqueueMany(
    jobs: readonly NewJob<Job>[],
    options?: Pick<EnqueueOptions, "transaction" | "request">,
  ): Promise<EnqueueResult[]>
  /**
   * Stores jobs as `enqueueMany` does, as a batch, whose callbacks are enqueued when its jobs have ended. `total` doesn't count jobs
   * that were there already, because of their keys: those are none of the batch.
   */
  enqueueBatch(jobs: readonly NewJob<Job>[], options?: BatchOptions<Job>): Promise<EnqueuedBatch>
  /**
   * Adds jobs to an open batch. Throws like `enqueueMany`.
   *
   * @throws BatchFinishedError
   * @throws BatchNotFoundError
   */
  addToBatch(
    id: string,
    jobs: readonly NewJob<Job>[],
    options?: Pick<EnqueueOptions, "transaction">,
  ): Promise<EnqueueResult[]>
  /** Returns the batch with its counts, or undefined if the id is unknown or its history was dropped. */
  getBatch(id: string): Promise<BatchSnapshot | undefined>
  /** Returns a page of the batches, the newest first. One call looks for up to 2 seconds: it may return fewer than `limit`, and `next`. */
  listBatches(options?: ListBatchesOptions): Promise<BatchList>
  /**
   * Cancels the jobs of the batch that have not ended, and those of the batches in it. Running ones are aborted.
   *
   * @throws BatchNotFoundError
   */
  cancelBatch(id: string): Promise<BulkResult>
  /**
   * Retries the discarded and canceled jobs of the batch, and those of the batches in it. If the batch has finished, it is open again.
   *
   * @throws BatchNotFoundError
   */
  retryBatch(id: string, options?: RetryBatchOptions): Promise<BulkResult>
  /**
   * Stores the jobs of a workflow, which is built with `workflow(name)` or given by its name and steps, in one statement: all of them or
   * none. It is a batch, so that `getBatch`, `cancelBatch` and `retryBatch` take its id.
   *
   * @throws InvalidInputError `invalid_workflow`, which names unknown steps and circles; and what `enqueueMany` throws
   */
  enqueueWorkflow<Steps extends Record<string, AnyJobDefinition>>(
    flow: Workflow<Steps>,
    options?: WorkflowOptions,
  ): Promise<EnqueuedWorkflow<keyof Steps & string>>
  enqueueWorkflow(
    flow: { readonly name: string; readonly steps: readonly WorkflowStep[] },
    options?: WorkflowOptions,
  ): Promise<EnqueuedWorkflow>
  /** Returns the workflow with its steps and their states, or undefined if the id is none of a workflow or its history was dropped. */
  getWorkflow(id: string): Promise<WorkflowSnapshot | undefined>
  /**
   * Invokes a drainer unless one is awake. Call it after the commit of a transaction in which jobs were enqueued. With `onlyDue`
   * not for jobs that are due later, so that idle mode's wake-up is set earlier.
   */
  wake(options?: { readonly onlyDue?: boolean }): Promise<void>
  /**
   * Returns the job with its state, result and last errors, or undefined if the id is unknown or its history was dropped.
   * A definition's own `getJob` knows the types of its payload and result.
   */
  getJob(id: string, options?: ReadJobOptions): Promise<JobSnapshot | undefined>
  /**
   * Returns what changes of a job while it is watched, or undefined if the id is unknown or its history was dropped. It costs
   * less than `getJob`: it reads no payload, result or errors.
   */
  getJobStatus(id: string): Promise<JobStatus | undefined>
  /**
   * Returns the job once it has finished or, after the timeout, as it is then.
   *
   * @throws JobNotFoundError
   */
  waitForJob(id: string, options?: WaitOptions): Promise<JobSnapshot>
  /**
   * Returns a page of the jobs that the filter matches, the newest first: those that are unfinished, then the history. One call
   * looks for up to 2 seconds: it may return fewer jobs than `limit`, and `next`. Jobs of the one state `discarded` or `canceled` are
   * found by an index, the last to finish first.
   */
  listJobs(filter?: Omit<JobFilter, "ids">, options?: ListJobsOptions): Promise<JobList>
  /** Returns how many jobs the filter matches, in each state: up to 10,000, and as many as are found in 2 seconds. */
  countJobs(filter?: Omit<JobFilter, "ids">, options?: CountJobsOptions): Promise<JobCounts>
  /** Returns who has the lock of a running job, or undefined if nobody has. */
  getHolder(id: string): Promise<JobHolder | undefined>
  /** Returns the jobs after which a job runs, those that run after it, and the trace of its enqueue. */
  getRelatives(id: string): Promise<JobRelatives>
  /** Returns names, queues and tags to complete what somebody types into a filter: those of new jobs and of definitions. */
  getFilterValues(): Promise<FilterValues>
  /**
   * Returns the queues that have unfinished jobs, a pause or a waiting limit, ordered by name. Reads some pages of a large backlog: their
   * counts are estimates then, and say so. Then queues without jobs are listed too, and one with few jobs may be missing
   * that no definition names and where nothing was performed lately. `countJobs` counts exactly.
   */
  listQueues(options?: ReadQueuesOptions): Promise<QueueSnapshot[]>
  /** Returns the queues that are known, also those that only a definition or a pool names. Otherwise as `listQueues`. */
  sampleQueues(options?: SampleQueuesOptions): Promise<QueueSnapshot[]>
  /** Returns the drainers that have not ended, the newest first; or a page of those that have, the last to end first. */
  listDrainers(options?: ListDrainersOptions): Promise<DrainerList>
  /** Returns the drainer with the jobs that it holds, or undefined if there is none with this id, or it is forgotten. */
  getDrainer(id: number): Promise<DrainerDetails | undefined>
  /** Returns a page of what unfinished jobs wait for, the oldest jobs first. */
  listWaits(options?: ListWaitsOptions): Promise<WaitList>
  /** Returns the events that definitions subscribe to or jobs wait for, ordered by name. */
  listEvents(): Promise<KnownEvent[]>
  /** Returns concurrency keys that have unfinished jobs, a pause or a waiting limit. */
  listKeys(options?: ListKeysOptions): Promise<KeySnapshot[]>
  /** Returns the keys of rates whose starts still count, or for which jobs wait, ordered by key. */
  listRates(options?: ListRatesOptions): Promise<RateSnapshot[]>
  /** Returns what the database knows of the job definitions, ordered by name. */
  listDefinitions(options?: ListDefinitionsOptions): Promise<DefinitionSnapshot[]>
  /** Returns how many jobs are due and not running, and for how long the oldest has been due. Costs one cheap statement. */
  getBacklog(): Promise<Backlog>
  /**
   * Returns how many jobs there are in each state and how long ready ones have been due, what is paused, and which schedules tick next. Costs
   * one statement, whatever the size of the queue.
   */
  getOverview(): Promise<Overview>
  /**
   * Examines the database: its schema, its server, the upkeep of its tables, and waiting jobs that nobody can perform. What is wrong,
   * or worth knowing, is told with its remedy. `sluice doctor` prints the same.
   */
  examine(options?: ExamineOptions): Promise<Finding[]>
  /**
   * Returns how executions have failed in a range of time, those that are alike as one group: of one class and one place, with messages
   * that differ in values only. A job that was retried twice counts twice.
   */
  listErrors(options?: ListErrorsOptions): Promise<ErrorList>
  /** Returns such a group with its newest stack and its trend, or undefined if there is none in the range. */
  getError(
    fingerprint: string,
    options?: Pick<ListErrorsOptions, "since" | "until">,
  ): Promise<ErrorDetails | undefined>
  /** Returns a page of the failed executions of a group, the newest first. */
  listFailures(fingerprint: string, options?: ListFailuresOptions): Promise<FailureList>
  /**
   * Returns the ids of the jobs that were discarded with such a failure and have not been retried since, up to 10,000, the newest
   * first: for `retryJobs({ ids })`.
   */
  listDiscarded(fingerprint: string, options?: Pick<ListErrorsOptions, "since" | "until">): Promise<string[]>
  /** Returns the slowest ten of the newest finished jobs of a name. It looks at the last 8 MB of the history. */
  listSlowest(name: string): Promise<SlowJob[]>
  /**
   * Returns how many executions there were in a range of time, how they ended, how long jobs had waited for them and how long they
   * took: in steps, and together. Drainers write it down once a minute and at their end, so what one has that is killed in between
   * is lost. Minutes are kept for two days, hours for 90: of what is older than two days, steps are whole hours.
   */
  getThroughput(options?: SteppedOptions): Promise<Throughput>
  /** Returns how many executions there were in each step of a range, for each queue or each job name. */
  listSeries(options?: ListSeriesOptions): Promise<SeriesList>
  /** Returns what the executions of each job name came to in a range of time, ordered by name. */
  listNames(options?: ListNamesOptions): Promise<NameSummary[]>
  /** Returns when the backlog will be drained, if jobs are enqueued and end as in the last minutes. */
  getForecast(): Promise<Forecast>
  /** Returns when drainers of a new version first opened, the oldest first. Drains are told their `version`. */
  listDeployments(options?: ListDeploymentsOptions): Promise<Deployment[]>
  /** Returns whether the queue is healthy, late or failing, with the reasons. Costs one cheap statement. */
  getHealth(options?: HealthOptions): Promise<Health>
  /**
   * Cancels a job. One that waits is moved to the history at once. A running one has its `signal` aborted within a second, by
   * whichever process performs it, and is recorded as canceled when it ends, with its result if it ends well; if it ends
   * before that, its outcome stands. Canceling again changes nothing.
   *
   * @throws JobNotFoundError
   * @throws JobStateError `job_finished`
   */
  cancelJob(job: JobReference): Promise<ChangedJob>
  /**
   * Changes a job that waits: all of the changes, or none.
   *
   * @throws InvalidInputError, also as `InvalidPayloadError` or `PayloadTooLargeError`
   * @throws JobNotFoundError
   * @throws JobStateError `job_running`, `job_finished` or `definition_needed`
   */
  updateJob(job: JobReference, changes: JobChanges): Promise<ChangedJob>
  /**
   * Makes a scheduled job due now, also a retry or one that sleeps. A job that is due already stays as it is: one that is
   * blocked still waits for its concurrency key.
   *
   * @throws JobNotFoundError
   * @throws JobStateError `job_running`, `job_finished`, `queue_paused` or `name_paused`
   */
  runJobNow(job: JobReference): Promise<ChangedJob>
  /**
   * Puts a discarded or canceled job back into the queue, due now, with the same id and all of its attempts. Its errors stay
   * readable.
   *
   * @throws JobNotFoundError
   * @throws JobStateError `job_not_finished`, `job_succeeded`, `unique_key_taken` or `payload_not_kept`
   */
  retryJob(job: JobReference, options?: RetryOptions): Promise<ChangedJob>
  /**
   * Deletes a finished job from the history, with its errors, logs, payload and result.
   *
   * @throws JobNotFoundError
   * @throws JobStateError `job_not_finished`
   */
  deleteJob(job: JobReference): Promise<void>
  /** Cancels all jobs that the filter matches, some hundred in each statement. Jobs that are enqueued meanwhile are left. */
  cancelJobs(filter: JobFilter, options?: BulkOptions): Promise<BulkResult>
  /** Changes all waiting jobs that the filter matches. A payload needs the filter's `name`, and only one. */
  updateJobs(filter: JobFilter, changes: JobChanges, options?: BulkOptions): Promise<BulkResult>
  /** Makes all scheduled jobs that the filter matches due now. */
  runJobsNow(filter: JobFilter, options?: BulkOptions): Promise<BulkResult>
  /** Retries all discarded and canceled jobs that the filter matches. */
  retryJobs(filter: JobFilter, options?: BulkOptions & RetryOptions): Promise<BulkResult>
  /** Deletes all finished jobs that the filter matches from the history. */
  deleteJobs(filter: JobFilter, options?: BulkOptions): Promise<BulkResult>
  /**
   * Erases all jobs that the filter matches, waiting and finished, with everything that is known of them: payload, result, errors,
   * logs, progress. Running ones are canceled and refused as `job_running`: call it again once they have ended. Idempotency keys are
   * forgotten after 24 hours.
   */
  eraseJobs(filter: Omit<JobFilter, "state">, options?: Pick<BulkOptions, "dryRun">): Promise<BulkResult>
  /**
   * Starts no more jobs of the queue. Running jobs finish, and jobs can still be enqueued. Pausing it again changes when the
   * pause ends.
   */
  pauseQueue(name: string, options?: PauseOptions): Promise<void>
  /** Starts the jobs of a paused queue again. */
  resumeQueue(name: string): Promise<void>
  /** Starts no more jobs of this name, in whatever queue. */
  pauseName(name: string, options?: PauseOptions): Promise<void>
  resumeName(name: string): Promise<void>
  /**
   * Starts no more jobs with this concurrency key. After a pause that ends by itself, the key's limit rises from 1 to what it
   * was within a minute. A job pauses its own key by throwing `PauseKey`.
   */
  pauseKey(key: string, options?: PauseOptions): Promise<void>
  /** Ends the pause. The whole limit holds at once. */
  resumeKey(key: string): Promise<void>
  /**
   * Refuses enqueues that would give the queue more unfinished jobs than `waiting`: they throw a `WaitingLimitError`. Stored until
   * the next call; `{}` removes the limit.
   */
  limitQueue(name: string, limits: WaitingLimits): Promise<void>
  /** The same for the jobs of a concurrency key. */
  limitKey(key: string, limits: WaitingLimits): Promise<void>
  /**
   * Completes a token for which a job waits by `context.waitFor`, or which it has opened: the job runs again, and gets the value
   * (JSON, up to 256 KiB).
   *
   * @throws WaitNotFoundError no job has opened the token or waits for it
   * @throws WaitStateError it has been completed before, or has timed out
   */
  completeWait(token: string, value?: unknown, options?: CompleteWaitOptions): Promise<void>
  /**
   * Enqueues a job of each definition that subscribes to the event, and resumes the jobs that wait for it by `context.waitForEvent`:
   * all in one statement, in your transaction if you pass it. An event that nobody subscribes to is no error. By name alone, the
   * payload is checked if one of the `jobs` subscribes to the event.
   *
   * If one of the jobs can't be enqueued, nothing is done, and it throws as `enqueue` does by name.
   *
   * @throws InvalidInputError, also as `InvalidPayloadError` or `PayloadTooLargeError`
   */
  emit<Given extends AnyEvent | string>(
    event: Given | EventNameOf<Given>,
    payload: Given extends AnyEvent ? EmittedOf<Given> : unknown,
    options?: EmitOptions,
  ): Promise<EmittedEvent>
  /** Returns what is paused, ordered by kind and target. */
  listPauses(): Promise<Pause[]>
  /**
   * Stores a schedule in place of the one with this key, and returns it with its next five ticks. A paused one stays paused.
   *
   * @throws InvalidInputError, also as `UnknownJobError`. Of a cron expression, the message names the character at which it is wrong.
   * @throws ScheduleStateError `schedule_in_code`
   */
  setSchedule(key: string, settings: ScheduleSettings): Promise<ScheduleSnapshot>
  /** Returns the schedule with its next five ticks and its last ten, or undefined if there is none with this key. */
  getSchedule(key: string): Promise<ScheduleSnapshot | undefined>
  /** Returns the schedules with their next five ticks and their last one, ordered by key. */
  listSchedules(options?: ListSchedulesOptions): Promise<ScheduleSnapshot[]>
  /** Returns a page of what became of the ticks of a schedule, the newest first. Empty if there is none with this key. */
  listTicks(key: string, options?: ListTicksOptions): Promise<TickList>
  /**
   * Deletes a schedule. Jobs that it has enqueued stay.
   *
   * @throws ScheduleNotFoundError
   * @throws ScheduleStateError `schedule_in_code`
   */
  deleteSchedule(key: string): Promise<void>
  /**
   * Enqueues a job of the schedule now, whatever its ticks and its overlap policy, and also if it is paused. With the policies
   * `"queue"` and `"cancel"` the job waits until the earlier ones have finished. Returns its id.
   *
   * @throws ScheduleNotFoundError
   */
  runSchedule(key: string): Promise<string>
  /**
   * Pauses the schedule: it has no ticks in this time, and they aren't caught up. Pausing it again changes when the pause ends.
   *
   * @throws ScheduleNotFoundError
   */
  pauseSchedule(key: string, options?: PauseOptions): Promise<void>
  /**
   * Ends the pause of the schedule.
   *
   * @throws ScheduleNotFoundError
   */
  resumeSchedule(key: string): Promise<void>
  /** Returns the limits that `limitQueue` and `limitKey` have set, ordered by kind and target. */
  listLimits(): Promise<WaitingLimit[]>
  /**
   * Makes a key of the HTTP API and the dashboard, and returns it with its secret, which is stored nowhere.
   *
   * @throws InvalidInputError
   */
  createApiKey(settings: ApiKeySettings): Promise<NewApiKey>
  /** Returns up to 1,000 keys in the order in which they were made, revoked ones too. */
  listApiKeys(options?: ListApiKeysOptions): Promise<ApiKey[]>
  /**
   * Gives a key a new secret, and returns it. The one before stays valid for 24 hours, or the `overlap`; the one before that doesn't.
   *
   * @throws ApiKeyNotFoundError
   */
  rotateApiKey(id: string, options?: RotateApiKeyOptions): Promise<NewApiKey>
  /**
   * Ends a key for good. Processes that have just verified it accept it for up to 30 seconds more.
   *
   * @throws ApiKeyNotFoundError
   */
  revokeApiKey(id: string): Promise<ApiKey>
  /**
   * Returns who acts with a secret, or undefined if it is none of a valid key. The answer is used again for 30 seconds, so that
   * it costs a query only then.
   */
  verifyApiKey(secret: string): Promise<Principal | undefined>
  /**
   * Returns who acts with the key that has an id such as `key:12`, for sessions that began with its secret. Undefined if it is none of
   * a valid key. The answer is used again for 30 seconds.
   */
  getPrincipal(id: string, options?: GetPrincipalOptions): Promise<Principal | undefined>
  /** Returns a page of the audit log, the latest entries first. It has what was done through {@link actingAs}, for 90 days. */
  listActions(options?: ListActionsOptions): Promise<ActionList>
}

/** A batch that was stored. */
export interface EnqueuedBatch {
  readonly id: string
  /** How many jobs it has. */
  readonly total: number
  /** In the order in which they were given. */
  readonly jobs: readonly EnqueueResult[]
}

export interface RetryBatchOptions extends RetryOptions {
  /** Whether the callbacks are enqueued again when a batch that had finished finishes again. Default false. */
  readonly callbacks?: boolean
}

/** The definition's name, for callers that have only its type: `enqueue<typeof welcome>("welcome", …)`. */
type NameOf<Given> = Given extends AnyJobDefinition
  ? IsAny<InputOf<Given>> extends true
    ? never
    : Given["name"]
  : never

/** The same of an event: `emit<typeof orderPaid>("order.paid", …)`. */
type EventNameOf<Given> = Given extends AnyEvent
  ? IsAny<EmittedOf<Given>> extends true
    ? never
    : Given["name"]
  : never

type Named<Job, Name> = Job extends AnyJobDefinition ? (Name extends Job["name"] ? Job : never) : never

const OPTION_KEYS = [
  "database",
  "jobs",
  "schedules",
  "schema",
  "defaults",
  "wake",
  "answerWithin",
  "payloads",
  "listen",
  "hooks",
  "log",
  "instrumentation",
] satisfies readonly (keyof SluiceOptions)[]

const PAYLOAD_KEYS = ["store", "over"] satisfies readonly (keyof PayloadOptions)[]

const POLICY_KEYS = [
  "queue",
  "priority",
  "maxAttempts",
  "timeout",
  "expiresIn",
] satisfies readonly (keyof JobPolicies)[]

/** Connects job definitions with a database. Opens no connection and runs no statement. */
// biome-ignore lint/suspicious/noExplicitAny: without definitions, jobs of any name
export function createSluice<Job extends AnyJobDefinition = any>(options: SluiceOptions<Job>): Sluice<Job> {
  assertKnownKeys(options, OPTION_KEYS, ["createSluice"])
  assertKnownKeys(options.defaults ?? {}, POLICY_KEYS, ["defaults"])
  assertPolicies(options.defaults ?? {}, ["defaults"])
  assertSchedules(options.schedules, options.jobs, ["createSluice", "schedules"])
  assertHooks(options.hooks, ["hooks"])
  if (options.log !== undefined && typeof options.log?.error !== "function")
    refuse("invalid_option", options.log, ["createSluice", "log"], "a logger, such as console")
  if (options.listen !== undefined && typeof options.listen !== "function")
    refuse(
      "invalid_option",
      options.listen,
      ["createSluice", "listen"],
      "a function such as createConnect(url)",
    )
  assertKnownKeys(options.payloads ?? {}, PAYLOAD_KEYS, ["payloads"])
  const answerWithinMs = boundedMs(options.answerWithin ?? "30s", ["answerWithin"], 100, 86_400_000)
  const database = poolQueryable(assertDatabase(options.database), answerWithinMs)
  const schema = assertSchemaName(options.schema ?? "sluice")
  const catalog: Catalog = {
    schema,
    definitions: options.jobs && indexByName(options.jobs),
    schedules: options.schedules,
    defaults: options.defaults ?? {},
    instrumentation: options.instrumentation,
    hooks: options.hooks,
    hasDefinitionHooks: options.jobs?.some(({ hooks }) => hooks) ?? false,
    log: options.log ?? console,
    payloads: options.payloads && checkPayloadOptions(options.payloads, answerWithinMs),
  }

  const events = eventsOf(options.jobs)
  const keys = createKeyVerifier(database, schema)
  const watch = createFinishWatch(database, schema, options.listen)

  const sluice: Sluice<Job> = {
    ...catalog,
    database,
    async enqueue(job, payload, given) {
      const { transaction, request, ...options } = given ?? {}
      const definition = typeof job === "string" ? undefined : (job as AnyJobDefinition)
      const asks = isToWake(transaction)
      const newJob: NewJob = { name: definition?.name ?? (job as string), payload, options }
      const stored = await storeAround(catalog, [newJob], definition, async () => {
        const stored = await storeJob(catalog, target(transaction), newJob, definition, { asks, request })
        if (asks) await wakeFor(stored)
        return stored
      })
      return toHandle(stored.results[0] as EnqueueResult, sluice.waitForJob) as never
    },
    async enqueueMany(jobs, { transaction, request } = {}) {
      const asks = isToWake(transaction)
      const { results } = await storeAround(catalog, jobs, undefined, async () => {
        const stored = await storeJobs(catalog, target(transaction), jobs, { asks, request })
        if (asks) await wakeFor(stored)
        return stored
      })
      return results
    },
    async enqueueBatch(jobs, options = {}) {
      const json = await batchJson(catalog, options)
      const { transaction, request } = options
      const asks = isToWake(transaction)
      const { batch, results } = await storeAround(catalog, jobs, undefined, async () => {
        const how = { asks, request, batch: { json } }
        const stored = await storeJobs(catalog, target(transaction), jobs, how)
        if (asks) await (stored.batch?.total === 0 ? wakeIfNeeded() : wakeFor(stored))
        return stored
      })
      return { ...(batch as { id: string; total: number }), jobs: results }
    },
    async addToBatch(id, jobs, { transaction } = {}) {
      const batch = { id: assertBatchId(id) }
      const asks = isToWake(transaction)
      const { results } = await storeAround(catalog, jobs, undefined, async () => {
        const stored = await storeJobs(catalog, target(transaction), jobs, {
          asks,
          request: undefined,
          batch,
        })
        if (asks) await wakeFor(stored)
        return stored
      })
      return results
    },
    async enqueueWorkflow(flow: object, options: WorkflowOptions = {}) {
      const toBeStored = await toStore(catalog, flow, options)
      const { names, jobs } = toBeStored
      const { transaction, request } = options
      const asks = isToWake(transaction)
      const { batch, results } = await storeAround(catalog, jobs, undefined, async () => {
        const how = { asks, request, ...toBeStored.how }
        const stored = await storeJobs(catalog, target(transaction), jobs, how).catch((error) => {
          throw namingStep(toBeStored, error)
        })
        if (asks) await wakeFor(stored)
        return stored
      })
      const { id } = batch as { id: string }
      return { id, jobs: Object.fromEntries(names.map((name, place) => [name, results[place]?.id])) as never }
    },
    getWorkflow: (id) => translateErrors(readWorkflow(database, schema, id)),
    getBatch: (id) => translateErrors(readBatch(database, schema, id)),
    listBatches: (options) => translateErrors(listBatches(database, schema, options)),
    async cancelBatch(id) {
      const family = await translateErrors(familyOf(database, schema, id, false))
      return sumOf(family.map((batch) => () => sluice.cancelJobs({ batch })))
    },
    async retryBatch(id, options = {}) {
      const { callbacks = false, ...retry } = options
      if (typeof callbacks !== "boolean") refuse("invalid_option", callbacks, ["callbacks"], "true or false")
      retryVerb(schema, retry) // checks the rest
      const family = await translateErrors(familyOf(database, schema, id, callbacks))
      return sumOf(family.map((batch) => () => sluice.retryJobs({ batch }, retry)))
    },
    wake: (options) => wakeIfNeeded(options),
    async getJob(id, options) {
      const job = await translateErrors(readJob(database, schema, id, options))
      return job && catalog.payloads ? withObjects(job, catalog.payloads) : job
    },
    getJobStatus: (id) => translateErrors(readJobStatus(database, schema, id)),
    async waitForJob(id, options = {}) {
      const { withinMs, signal } = checkWaitOptions(options)
      await translateErrors(watch.wait(assertJobId(id), withinMs, signal))
      const job = await sluice.getJob(id)
      if (job) return job
      const message = `No job has the id ${id}: its history was dropped, or the transaction that enqueued it has not committed`
      throw new JobNotFoundError("job_not_found", message)
    },
    listJobs: (filter, options) => translateErrors(listJobs(database, schema, filter, options)),
    countJobs: (filter, options) => translateErrors(countJobs(database, schema, filter, options)),
    getHolder: (id) => translateErrors(readHolder(database, schema, id)),
    getRelatives: (id) => translateErrors(readRelatives(database, schema, id)),
    getFilterValues: () => translateErrors(readFilterValues(database, schema)),
    listQueues: (options) => translateErrors(readQueues(database, schema, options)),
    sampleQueues: (options) => translateErrors(sampleQueues(database, schema, options)),
    listDrainers: (options) => translateErrors(listDrainers(database, schema, options)),
    getDrainer: (id) => translateErrors(readDrainer(database, schema, id)),
    listWaits: (options) => translateErrors(listWaits(database, schema, options)),
    listEvents: () => translateErrors(listEvents(database, schema)),
    listKeys: (options) => translateErrors(listKeys(database, schema, options)),
    listRates: (options) => translateErrors(listRates(database, schema, options)),
    listDefinitions: (options) => translateErrors(listDefinitions(database, schema, options)),
    getBacklog: () => translateErrors(readBacklog(database, schema)),
    getOverview: () => translateErrors(readOverview(database, schema)),
    examine: (options) => translateErrors(examine(database, schema, options)),
    listErrors: (options) => translateErrors(listErrors(database, schema, options)),
    getError: (fingerprint, options) => translateErrors(readError(database, schema, fingerprint, options)),
    listFailures: (fingerprint, options) =>
      translateErrors(listFailures(database, schema, fingerprint, options)),
    listDiscarded: (fingerprint, options) =>
      translateErrors(listDiscarded(database, schema, fingerprint, options)),
    listSlowest: (name) => translateErrors(listSlowest(database, schema, name)),
    getThroughput: (options) => translateErrors(readThroughput(database, schema, options)),
    listSeries: (options) => translateErrors(listSeries(database, schema, options)),
    listNames: (options) => translateErrors(listNames(database, schema, options)),
    getForecast: () => translateErrors(readForecast(database, schema)),
    listDeployments: (options) => translateErrors(listDeployments(database, schema, options)),
    getHealth: (options) => translateErrors(readHealth(database, schema, options)),
    cancelJob: (job) => moveAway(job, "unfinished", () => cancelVerb(schema)),
    updateJob: (job, changes) =>
      moveAway(job, "unfinished", (id) =>
        updateVerb({ ...catalog, getJob: (id) => sluice.getJob(id) }, changes, id),
      ),
    runJobNow: (job) => moveJob(job, "unfinished", () => runNowVerb(schema)),
    retryJob: (job, options) => moveJob(job, "finished", () => retryVerb(schema, options)),
    async deleteJob(job) {
      await actOn(job, "finished", () => deleteVerb(schema))
    },
    cancelJobs: (filter, options) => moveAllAway("unfinished", cancelVerb(schema), filter, options),
    updateJobs: async (filter, changes, options) =>
      moveAllAway("unfinished", await bulkUpdateVerb(catalog, changes, filter?.name), filter, options),
    runJobsNow: (filter, options) => moveAll("unfinished", runNowVerb(schema), filter, options),
    async retryJobs(filter, { retriedBy, ...options } = {}) {
      const verb = retryVerb(schema, retriedBy === undefined ? {} : { retriedBy })
      return moveAll(["discarded", "canceled"], verb, filter, options)
    },
    async eraseJobs(filter, options = {}) {
      assertKnownKeys(options, ["dryRun"], ["options"])
      if (isRecord(filter) && "state" in filter)
        refuse("unknown_option", filter.state, ["filter", "state"], "no state: all of the jobs are erased")
      const running = new Set<string>()
      const canceled = await actOnAll("unfinished", cancelVerb(schema), filter, options, (acted) => {
        for (const { id, state } of acted) if (state === "running") running.add(id)
      })
      if (canceled.changed > 0) await wakeIfNeeded()
      const deleted = await sluice.deleteJobs(filter, options)
      const matched = options.dryRun ? canceled.matched + deleted.matched : running.size + deleted.matched
      const refused = [...running].map((id) => ({ id, code: "job_running" }))
      return { matched, changed: deleted.changed, refused: [...refused, ...deleted.refused].slice(0, 1_000) }
    },
    deleteJobs: (filter, options) =>
      actOnAll(["succeeded", "discarded", "canceled"], deleteVerb(schema), filter, options),
    pauseQueue: (name, options) => pause(pauseQueue(database, schema, name, options), options),
    resumeQueue: (name) => resume(resumeQueue(database, schema, name)),
    pauseName: (name, options) => pause(pauseName(database, schema, name, options), options),
    resumeName: (name) => resume(resumeName(database, schema, name), { names: [name] }),
    pauseKey: (key, options) => pause(pauseKey(database, schema, key, options), options),
    resumeKey: (key) => resume(resumeKey(database, schema, key)),
    limitQueue: (name, limits) => translateErrors(limitQueue(database, schema, name, limits)),
    limitKey: (key, limits) => translateErrors(limitKey(database, schema, key, limits)),
    async completeWait(token, value, options = {}) {
      const ids = await translateErrors(completeWait(database, schema, token, value, options))
      await wakeIfNeeded({ ids })
    },
    async emit(event, payload, { transaction, ...others } = {}) {
      const asks = isToWake(transaction)
      const known = typeof event === "string" ? (events.get(event) ?? { name: event }) : (event as AnyEvent)
      const emitted = await emitEvent(catalog, target(transaction), known, payload, others, asks)
      const { jobIds, resumedIds, areAttended } = emitted
      if (asks) await wakeIfNeeded({ ids: [...(areAttended ? [] : jobIds), ...resumedIds] })
      return { jobs: jobIds, resumed: resumedIds.length }
    },
    listPauses: () => translateErrors(readPauses(database, schema)),
    setSchedule: (key, settings) => moveTicks(setSchedule(database, schema, key, settings)),
    getSchedule: (key) => translateErrors(getSchedule(database, schema, key)),
    listSchedules: (options) => translateErrors(listSchedules(database, schema, options)),
    listTicks: (key, options) => translateErrors(listTicks(database, schema, key, options)),
    deleteSchedule: (key) => translateErrors(deleteSchedule(database, schema, key)),
    async runSchedule(key) {
      const id = await translateErrors(runSchedule(database, schema, key))
      await wakeIfNeeded({ ids: [id] })
      return id
    },
    pauseSchedule: (key, options) => moveTicks(pauseSchedule(database, schema, key, options)),
    resumeSchedule: (key) => moveTicks(resumeSchedule(database, schema, key)),
    listLimits: () => translateErrors(readWaitingLimits(database, schema)),
    createApiKey: (settings) => translateErrors(createApiKey(database, schema, settings)),
    listApiKeys: (options) => translateErrors(listApiKeys(database, schema, options)),
    rotateApiKey: (id, options) => translateErrors(rotateApiKey(database, schema, id, options)),
    revokeApiKey: (id) => translateErrors(revokeApiKey(database, schema, id)),
    verifyApiKey: (secret) => translateErrors(keys.verify(secret)),
    getPrincipal: (id, options) => translateErrors(keys.principalOf(id, options)),
    listActions: (options) => translateErrors(listActions(database, schema, options)),
  }
  for (const definition of options.jobs ?? []) bindDefinition(definition, sluice as never)
  return sluice

  function actOn(
    job: JobReference,
    which: "unfinished" | "finished",
    verbFor: (id: string) => Verb | Promise<Verb>,
  ): Promise<Acted> {
    const work = async () => {
      const id = await idOf(database, schema, job, which)
      return actOnOne(database, await verbFor(id), id)
    }
    return translateErrors(work())
  }

  /** In idle mode the end of a pause needs a wake-up. */
  async function pause(work: Promise<void>, options: PauseOptions | undefined): Promise<void> {
    await translateErrors(work)
    if (options?.until !== undefined || options?.for !== undefined) await wakeIfNeeded()
  }

  /** Jobs may be ready once it is done: of any name, or of these, which a drainer brings back. */
  async function resume(work: Promise<void>, which?: { names: string[] }): Promise<void> {
    await translateErrors(work)
    await wakeIfNeeded(which)
  }

  /** In idle mode the next tick needs a wake-up. */
  async function moveTicks<Value>(work: Promise<Value>): Promise<Value> {
    const value = await translateErrors(work)
    await wakeIfNeeded()
    return value
  }

  /** Acts on a job that may be due earlier then, or ready. */
  function moveJob(...parameters: Parameters<typeof actOn>): Promise<ChangedJob> {
    return moveOne(MOST_ASKED_FOR, parameters)
  }

  /** The same for one that may leave its concurrency key to a job behind it, which is ready then. */
  function moveAway(...parameters: Parameters<typeof actOn>): Promise<ChangedJob> {
    return moveOne(0, parameters)
  }

  async function moveOne(mostAsked: number, parameters: Parameters<typeof actOn>): Promise<ChangedJob> {
    const { id, state } = await actOn(...parameters)
    await wakeForMoved([id], mostAsked)
    return { id, state: state as JobState }
  }

  function actOnAll(
    side: Side,
    verb: Verb,
    filter: JobFilter,
    options: BulkOptions = {},
    onActed: (acted: readonly Acted[]) => Promise<void> | void = () => {},
  ): Promise<BulkResult> {
    return translateErrors(actOnMatching(database, schema, side, verb, filter, options, onActed))
  }

  /** As `moveJob`, with one wake in the end. */
  function moveAll(...parameters: Parameters<typeof actOnAll>): Promise<BulkResult> {
    return moveSet(MOST_ASKED_FOR, parameters)
  }

  /** As `moveAway`, with one wake in the end. */
  function moveAllAway(...parameters: Parameters<typeof actOnAll>): Promise<BulkResult> {
    return moveSet(0, parameters)
  }

  /** Wakes also for what was changed before a set that fails. */
  async function moveSet(mostAsked: number, parameters: Parameters<typeof actOnAll>): Promise<BulkResult> {
    const [side, verb, filter, options] = parameters
    const moved: string[] = []
    try {
      return await actOnAll(side, verb, filter, options, (acted) => {
        for (const { id, refusal } of acted) if (refusal === null && moved.length <= mostAsked) moved.push(id)
      })
    } finally {
      await wakeForMoved(moved, mostAsked)
    }
  }

  /** Asks for these jobs, or for all that wait if there are more. */
  function wakeForMoved(ids: string[], mostAsked: number): Promise<void> {
    return wakeIfNeeded(ids.length > mostAsked ? {} : { ids })
  }

  function target(transaction: TransactionClient | undefined): Queryable {
    return transaction === undefined ? database : asQueryable(transaction)
  }

  /** Code that enqueues in its own transaction calls `wake` after its commit. */
  function isToWake(transaction: TransactionClient | undefined): boolean {
    return transaction === undefined && options.wake !== undefined
  }

  async function wakeFor({ results, areAttended }: Stored): Promise<void> {
    if (areAttended) return
    const stored = results.filter(({ status }) => status !== "deduplicated")
    await wakeIfNeeded({ ids: stored.map(({ id }) => id) })
  }

  /**
   * Must run after the commit: a drainer that is awake by then and performs the jobs looks for work once more before it ends.
   * Without ids or names, it considers all waiting jobs.
   */
  async function wakeIfNeeded(
    which: { ids?: string[]; names?: string[]; onlyDue?: boolean } = {},
  ): Promise<void> {
    const { ids, names, onlyDue } = which
    if (!options.wake || ids?.length === 0) return
    try {
      const call = protocolCall(schema, "request_wake", {
        p_ids: ids && toPgArray(ids),
        p_names: names,
        p_only_due: onlyDue ?? false,
      })
      const queues: string[] = await readJson(database, call)
      if (queues.length > 0) await options.wake(queues)
    } catch {
      // the jobs are stored, and start with the schedule
    }
  }
}

/** Of more jobs it isn't asked which of them need a drainer, but whether any job does. */
const MOST_ASKED_FOR = 500
/** What calls for all jobs of several batches have done. */
async function sumOf(calls: readonly (() => Promise<BulkResult>)[]): Promise<BulkResult> {
  const sum = { matched: 0, changed: 0, refused: [] as BulkResult["refused"] }
  for (const call of calls) {
    const { matched, changed, refused } = await call()
    sum.matched += matched
    sum.changed += changed
    sum.refused = [...sum.refused, ...refused].slice(0, 1_000)
  }
  return sum
}

function checkWaitOptions(options: WaitOptions) {
  assertKnownKeys(options, ["timeout", "signal"], ["options"])
  const { timeout = "1m", signal } = options
  if (signal !== undefined && !(signal instanceof AbortSignal))
    refuse("invalid_option", signal, ["signal"], "an AbortSignal")
  return { withinMs: boundedMs(timeout, ["timeout"], 0, 86_400_000), signal }
}

async function translateErrors<Value>(work: Promise<Value>): Promise<Value> {
  try {
    return await work
  } catch (error) {
    throw translateError(error)
  }
}
