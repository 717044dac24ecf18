import type {
  ApiKey,
  ApiKeySettings,
  ListApiKeysOptions,
  NewApiKey,
  RotateApiKeyOptions,
} from "./access/api-keys.ts"
import type { ActionList, ListActionsOptions } from "./access/audit.ts"
import type { Principal } from "./access/principal.ts"
import type { GetPrincipalOptions } from "./access/verify-keys.ts"
import type { BatchOptions } from "./batches/batch-options.ts"
import type { BatchList, ListBatchesOptions } from "./batches/list-batches.ts"
import type { Duration } from "./checks/duration.ts"
import type { IsAny } from "./checks/json.ts"
import type { Connect, Queryable } from "./database/connection.ts"
import type { Catalog, NewJob } from "./enqueue/enqueue.ts"
import type { EmitOptions, EmittedEvent } from "./events/emit.ts"
import type { Backlog } from "./inspect/backlog.ts"
import type { CountJobsOptions, JobCounts } from "./inspect/count-jobs.ts"
import type { DefinitionSnapshot, ListDefinitionsOptions } from "./inspect/definitions.ts"
import type { Deployment, ListDeploymentsOptions } from "./inspect/deployments.ts"
import type { DrainerDetails, DrainerList, ListDrainersOptions } from "./inspect/drainers.ts"
import type {
  ErrorDetails,
  ErrorList,
  FailureList,
  ListDiscardedOptions,
  ListErrorsOptions,
  ListFailuresOptions,
} from "./inspect/errors.ts"
import type { FilterValues } from "./inspect/filter-values.ts"
import type { ExamineOptions, Finding } from "./inspect/findings/finding.ts"
import type { Forecast } from "./inspect/forecast.ts"
import type { JobHolder } from "./inspect/holder.ts"
import type { JobStatus } from "./inspect/job-status.ts"
import type { KeySnapshot, ListKeysOptions, ListRatesOptions, RateSnapshot } from "./inspect/keys.ts"
import type { JobList, ListJobsOptions } from "./inspect/list-jobs.ts"
import type { SteppedOptions } from "./inspect/measured.ts"
import type { ListNamesOptions, NameSummary } from "./inspect/names.ts"
import type { Overview } from "./inspect/overview.ts"
import type { Pause } from "./inspect/pauses.ts"
import type { QueueSnapshot, ReadQueuesOptions, SampleQueuesOptions } from "./inspect/queues.ts"
import type { JobRelatives } from "./inspect/relatives.ts"
import type { ListSeriesOptions, SeriesList } from "./inspect/series.ts"
import type { SlowJob } from "./inspect/slowest-jobs.ts"
import type { Throughput } from "./inspect/throughput.ts"
import type { Health, HealthOptions } from "./inspect/verdict.ts"
import type { WaitingLimit } from "./inspect/waiting-limits.ts"
import type { KnownEvent, ListWaitsOptions, WaitList } from "./inspect/waits.ts"
import type { AnyEvent, EmittedOf } from "./job/define-event.ts"
import type { AnyJobDefinition, InputOf, ResultOf } from "./job/define-job.ts"
import type { ScheduleDefinition } from "./job/define-schedule.ts"
import type { Hooks } from "./job/hooks.ts"
import type { BatchSnapshot } from "./job/job-batch.ts"
import type { JobFilter } from "./job/job-filter.ts"
import type { JobHandle, WaitOptions } from "./job/job-handle.ts"
import type { EnqueueOptions, EnqueueResult, JobPolicies, RateLimit } from "./job/job-options.ts"
import type { JobSnapshot, ReadJobOptions } from "./job/job-snapshot.ts"
import type { PayloadOptions } from "./job/payload-store.ts"
import type { WorkflowSnapshot, WorkflowStep } from "./job/workflow.ts"
import type { Logger } from "./logger.ts"
import type { BulkOptions, BulkResult } from "./manage/bulk.ts"
import type { ChangedJob, JobReference, RetryOptions } from "./manage/jobs.ts"
import type { LimitOverride } from "./manage/limit-overrides.ts"
import type { PauseOptions } from "./manage/pauses.ts"
import type { JobChanges } from "./manage/update.ts"
import type { WaitingLimits } from "./manage/waiting-limits.ts"
import type { CompleteWaitOptions } from "./manage/waits.ts"
import type { ScheduleSettings } from "./schedules/fields.ts"
import type { ListTicksOptions, TickList } from "./schedules/list-ticks.ts"
import type { ScheduleSnapshot } from "./schedules/schedule-snapshot.ts"
import type { ListSchedulesOptions } from "./schedules/schedules.ts"
import type { Instrumentation } from "./telemetry/instrumentation.ts"
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
  listDiscarded(fingerprint: string, options?: ListDiscardedOptions): Promise<string[]>
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
   * Sets how many jobs of a concurrency key may run at once, whatever they ask for: for the whole key, from now on, and through
   * deployments. Jobs that run go on; jobs that run in the order of their enqueue still run one at a time. Stored until the next call;
   * `{}` removes it.
   */
  overrideLimit(key: string, override: LimitOverride): Promise<void>
  /** The same for the key of a rate: how many of its jobs may start within a time. What has started before still counts. */
  overrideRate(key: string, override: RateLimit | Record<string, never>): Promise<void>
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
