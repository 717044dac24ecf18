import type { StandardSchemaV1 } from "@standard-schema/spec"
import type { Duration } from "../checks/duration.ts"
import type { JsonOf } from "../checks/json.ts"
import type { Queryable } from "../database/connection.ts"
import type { Logger } from "../logger.ts"
import type { AnyEvent, EmittedOf, MatchOf, ReceivedOf } from "./define-event.ts"
import type {
  CheckedJobs,
  GatheredOutcomes,
  GatheredResults,
  GatherOptions,
  JobToGather,
} from "./gathering.ts"
import type { JobBatch } from "./job-batch.ts"
import type { JobParents } from "./job-parents.ts"

/** The second argument of `perform`: the job, its log, its signal, and ways to save progress. */
export interface JobContext {
  /** The job's id, a decimal string. */
  readonly id: string
  readonly name: string
  readonly queue: string
  /** 1 for the first attempt, 2 for the first retry, … Executions that don't charge an attempt don't count. */
  readonly attempt: number
  readonly maxAttempts: number
  /**
   * Aborts at the job's timeout, at the drainer's deadline and when the database session is lost. Pass it to whatever
   * `perform` awaits.
   */
  readonly signal: AbortSignal
  /** When the signal aborts at the latest. */
  readonly deadlineAt: Date
  readonly enqueuedAt: Date
  readonly tags: readonly string[]
  readonly metadata: Readonly<Record<string, unknown>>
  /** The schedule that has enqueued the job, and the moment for which it did. Undefined: it was enqueued otherwise. */
  readonly schedule: { readonly key: string; readonly tick: Date } | undefined
  /** The event that has enqueued the job. Undefined: it was enqueued otherwise. */
  readonly event: { readonly name: string } | undefined
  /** The batch that the job is in, or of which it is a callback. Undefined for other jobs. */
  readonly batch: JobBatch | undefined
  /** The jobs after which this one runs, and their results. */
  readonly parents: JobParents
  /** The drain's logger. Adds the job's id, name and attempt to each line. */
  readonly log: Logger
  /**
   * The transaction of a job with `transactional: true`. What is written through it commits together with the job's
   * completion, or not at all. In other jobs, reading it throws.
   */
  readonly transaction: Queryable
  /**
   * Performs part of the work once in the life of the job. The result is stored as JSON (up to 256 KiB) and returned as
   * that: a `Date` as a string. When the job runs again, after the drainer's deadline, a sleep, a failure or a crash, the
   * step returns the stored result without being performed. Names must be unique within an execution.
   *
   * A crash between the step and the saving of its result repeats the step. With `transactional: true`, the step receives a
   * transaction that saves its result too, and isn't repeated even then.
   */
  step<Value>(
    name: string,
    perform: (transaction: Queryable) => Promise<Value> | Value,
    options: StepOptions & { readonly transactional: true },
  ): Promise<JsonOf<Value>>
  step<Value>(
    name: string,
    perform: () => Promise<Value> | Value,
    options?: StepOptions & { readonly transactional?: false },
  ): Promise<JsonOf<Value>>
  /**
   * Processes something large in batches. `advance` performs the batch that follows `position` and returns the new position
   * (JSON, up to 256 KiB), or undefined or null when there is nothing left. Each position is saved. At the drainer's
   * deadline the job is put back after the current batch, without charging an attempt, and continues from there.
   */
  cursor<Position>(
    name: string,
    start: Position,
    advance: (position: JsonOf<Position>, transaction: Queryable) => Next<Position> | Promise<Next<Position>>,
    options: CheckpointOptions & { readonly transactional: true },
  ): Promise<void>
  cursor<Position>(
    name: string,
    start: Position,
    advance: (position: JsonOf<Position>) => Next<Position> | Promise<Next<Position>>,
    options?: CheckpointOptions & { readonly transactional?: false },
  ): Promise<void>
  /**
   * Puts the job back for the duration, once in the life of the job, without charging an attempt. It throws a `Snooze`; let
   * it through. A job that catches it is put back all the same. After the duration the job runs again from the start, and
   * the sleep returns at once. Without a name, a sleep is identified by its position among the unnamed sleeps.
   */
  sleep(duration: Duration): Promise<void>
  sleep(name: string, duration: Duration): Promise<void>
  /** The same until an instant, a `Date` or an ISO 8601 string. The first execution that comes to it decides which. */
  sleepUntil(instant: Date | string): Promise<void>
  sleepUntil(name: string, instant: Date | string): Promise<void>
  /**
   * Waits until somebody completes the token, with `completeWait`, over HTTP or in SQL, and returns the value that it is given
   * there. Meanwhile no function runs, and no attempt is charged: like a sleep it throws a `Snooze`; let that through. The job
   * then runs again from the start.
   *
   * A token is completed once, and belongs to the whole schema: give each wait one of its own, for example one that contains
   * an id. It is known from here on, or from `openWait`.
   *
   * @throws WaitTimeoutError
   * @throws InvalidInputError `invalid_wait_value`: the value doesn't match the schema
   */
  waitFor<Value = unknown>(token: string, options?: WaitForOptions<Value>): Promise<Value>
  /**
   * Makes the token known, so that it can be completed before the job comes to `waitFor`: call it before you send the token to
   * somebody. Opening it again changes nothing. The end of the job closes it.
   */
  openWait(token: string): Promise<void>
  /**
   * Waits until the event is emitted with a payload that contains `match`, and returns the payload. An event counts if it is committed
   * after the wait has begun, which it does here, or with `openEventWait`. As `waitFor` it puts the job back, and throws.
   *
   * @throws WaitTimeoutError
   * @throws InvalidInputError `invalid_wait_value`: the payload doesn't match the schema
   */
  waitForEvent<Event extends AnyEvent, Value = ReceivedOf<Event>>(
    event: Event,
    options?: WaitForEventOptions<Value, MatchOf<EmittedOf<Event>>>,
  ): Promise<Value>
  waitForEvent<Value = unknown>(event: string, options?: WaitForEventOptions<Value>): Promise<Value>
  /**
   * Begins the wait for an event, before the job comes to `waitForEvent` with the same key: call it before you start what will emit
   * the event. The first call with a key decides what is waited for.
   */
  openEventWait<Event extends AnyEvent>(
    event: Event,
    options?: OpenEventWaitOptions<MatchOf<EmittedOf<Event>>>,
  ): Promise<void>
  openEventWait(event: string, options?: OpenEventWaitOptions): Promise<void>
  /**
   * Enqueues jobs and waits until all of them have ended: returns what each returned, at its place. Meanwhile no function runs, and
   * no attempt is charged: like a sleep it throws a `Snooze`; let that through. The job then runs again from the start.
   *
   * The jobs are enqueued once in the life of the job, under this name, as a batch: up to 100,000 of them. When the job ends, those
   * that have not ended are canceled.
   *
   * @throws JobsFailedError some of them did not succeed, unless `settled` is true
   * @throws WaitTimeoutError
   */
  enqueueAndWait<Jobs extends readonly JobToGather[] | []>(
    name: string,
    jobs: CheckedJobs<Jobs>,
    options: GatherOptions & { readonly settled: true },
  ): Promise<GatheredOutcomes<Jobs>>
  enqueueAndWait<Jobs extends readonly JobToGather[] | []>(
    name: string,
    jobs: CheckedJobs<Jobs>,
    options?: GatherOptions & { readonly settled?: false },
  ): Promise<GatheredResults<Jobs>>
  /**
   * Waits for several sleeps, tokens, events and jobs at once, and returns what they bring, as `Promise.all` does; but it waits until all of
   * them have ended, also if one of them fails, and then throws the first error in their order.
   */
  all<Waits extends readonly unknown[] | []>(
    waits: Waits,
  ): Promise<{ -readonly [Place in keyof Waits]: Awaited<Waits[Place]> }>
  /**
   * Tells how far the job is, for `getJob`, until it has finished. It is stored at most once a second, and of what is told in
   * between the last is. It doesn't wait for the database, and isn't a checkpoint.
   *
   * @param percent From 0 to 100.
   * @param text Up to 512 characters.
   */
  progress(percent: number, text?: string): void
}

export interface WaitForOptions<Value = unknown> {
  /** Longest wait, from the first execution that comes to it. Then `waitFor` throws a `WaitTimeoutError`. Default `"30d"`. */
  readonly timeout?: Duration
  /** Validates the value, and may change it. */
  readonly schema?: StandardSchemaV1<unknown, Value>
}

export interface OpenEventWaitOptions<Match = Readonly<Record<string, unknown>>> {
  /** What the payload has to contain, as by the operator `@>` of jsonb: an object of up to 1 KiB as JSON. Default: any payload. */
  readonly match?: Match
  /** Names the wait within its job, as a step's name does. Default: the name of the event. A second wait for it needs one of its own. */
  readonly key?: string
}

export interface WaitForEventOptions<Value = unknown, Match = Readonly<Record<string, unknown>>>
  extends OpenEventWaitOptions<Match> {
  /** Longest wait, from the first execution that comes to it. Then `waitForEvent` throws a `WaitTimeoutError`. Default `"30d"`. */
  readonly timeout?: Duration
  /** Validates the payload, and may change it. Default: the event's schema. */
  readonly schema?: StandardSchemaV1<unknown, Value>
}

export interface StepOptions extends CheckpointOptions {
  /**
   * Performs the step in an execution of its own: if this one has saved a checkpoint before, the job is put back without
   * charging an attempt and continues with the step, and after it in another execution. For steps that take long, or much memory.
   * Like a sleep it throws; let that through. Default false.
   */
  readonly isolated?: boolean
}

export interface CheckpointOptions {
  /** Performs the work in a database transaction that saves the checkpoint too, so that its writes happen exactly once. Default false. */
  readonly transactional?: boolean
  /**
   * Longest time for the step, or for each batch of the cursor. Then the execution has failed, as at the job's timeout, which
   * this one replaces meanwhile: it may be shorter or longer. Default: the job's.
   */
  readonly timeout?: Duration
}

/** The position after a batch; undefined or null at the end. */
export type Next<Position> = Position | undefined | null
