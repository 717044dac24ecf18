import type { Duration } from "../checks/duration.ts"
import type { TransactionClient } from "../database/transaction-client.ts"

/**
 * Policies of a job. They can be set at three levels, of which the last one wins: `createSluice({ defaults })`, the
 * definition, and the call that enqueues.
 */
export interface JobPolicies {
  /** Default `"default"`. */
  readonly queue?: string
  /** Jobs with a smaller number run first, as in nice(1). Default 0. */
  readonly priority?: number
  /** Failed attempts after which the job is discarded. Default 25, over about three weeks. */
  readonly maxAttempts?: number
  /**
   * Longest time that an execution may take, or may take between two checkpoints. Then `signal` aborts and the attempt has
   * failed. Default `"1m"`.
   */
  readonly timeout?: Duration
  /**
   * How long after it is due a job may wait for its first execution. Then it is canceled, with the reason `expired`, and
   * `onDiscard` is called. A job that has begun doesn't expire, nor do its retries. Default: never.
   */
  readonly expiresIn?: Duration
}

/** An option for all jobs of a definition, or a function that computes it from the payload. Undefined: as if it weren't set. */
export type Computed<Value, Payload> = Value | ((payload: Payload) => Value | undefined)

/** Limits how many jobs with the same key run at once, across all drainers. */
export interface Concurrency<Payload> {
  /** A function that computes the key from the payload, or one key for all jobs of this definition. */
  readonly key?: string | ((payload: Payload) => string)
  /** Instead of a key: one for all jobs of the name, or for all that have the same queue and this option. Default `"name"`. */
  readonly by?: "name" | "queue"
  /** Default 1. */
  readonly limit?: number
  /**
   * Which of the jobs that wait is next. `"priority"`: as everywhere, by priority and then by when they are due. `"enqueued"`: strictly
   * in the order in which they were enqueued, one at a time, whatever their priorities and due times; the limit is 1. Of several
   * limits only the first may say so. Default `"priority"`.
   */
  readonly order?: "priority" | "enqueued"
  /**
   * With `order: "enqueued"`, what those behind a job do while it waits for a retry, or sleeps. `"hold"`: they wait, too, until it has
   * finished. `"pass"`: they run meanwhile, and the job is next once it is due. Default `"hold"`.
   */
  readonly onRetry?: "hold" | "pass"
}

/** Limits how many jobs with the same key start within a time, across all drainers. */
export interface RateLimit {
  /** In no window of the length `per` do more jobs start. */
  readonly limit: number
  /** From `"1s"` to `"31d"`. */
  readonly per: Duration
  /** How many jobs may start at once; the others follow evenly, as their tokens come. Default: `limit`. */
  readonly burst?: number
}

/** The rate of a definition's jobs. */
export interface Rate<Payload> extends RateLimit {
  /** A function that computes the key from the payload, or one key for all jobs of this definition. */
  readonly key?: string | ((payload: Payload) => string)
  /** Instead of a key: one for all jobs of the name, or for all that have the same queue and this option. Default `"name"`. */
  readonly by?: "name" | "queue"
}

/** Which jobs of a name are the same job, for how long, and what becomes of another one that is enqueued meanwhile. */
export interface Uniqueness {
  /** Default: the whole payload. */
  readonly key?: string
  /**
   * How long the key is taken. `"waiting"`: until a drainer takes the job, so that one that is enqueued while it runs, or waits
   * for its retry, is another one. `"unfinished"`: until it has succeeded, or was discarded or canceled. Default
   * `"unfinished"`, and `"waiting"` if the job is to be replaced or rescheduled.
   */
  readonly while?: "waiting" | "unfinished"
  /** How long the key is taken at least, from the enqueue on, whatever becomes of the job: at most one job in this time. */
  readonly for?: Duration
  /**
   * What becomes of a job whose key is taken. `"keep"`: it isn't stored, and the job that is there is returned. `"replace"`: the
   * job that waits gets its payload and options. `"reschedule"`: the job that waits gets its time, and is put off that way.
   * `"reject"`: the enqueue throws `UniqueKeyTakenError`. Default `"keep"`.
   */
  readonly onConflict?: "keep" | "replace" | "reschedule" | "reject"
  /** How long after its first enqueue a job is due at the latest, however often it is replaced or rescheduled. Default: no limit. */
  readonly longestWait?: Duration
}

/** The same for all jobs of a definition, whose key may be computed from the payload. */
export interface ComputedUniqueness<Payload> extends Omit<Uniqueness, "key"> {
  readonly key?: Computed<string, Payload>
}

/**
 * Beside the options of a call on behalf of somebody who is limited to some queues: only waiting jobs of these may be replaced or
 * put off. A symbol, because `actingAs` alone says it.
 */
export const ONLY_QUEUES = Symbol("onlyQueues")

/** The options of such a call. */
export interface LimitedOptions {
  readonly [ONLY_QUEUES]?: readonly string[]
}

/** Options of a call that enqueues: the policies, and options of a single job. */
export interface EnqueueOptions extends JobPolicies {
  /** When the job is due: a `Date`, or an ISO 8601 string. Default: now. */
  readonly runAt?: Date | string
  /** How long from now the job is due, instead of `runAt`: seconds, or a string such as `"5m"`. */
  readonly delay?: Duration
  /**
   * When it expires, instead of `expiresIn`: a `Date`, or an ISO 8601 string. If it has passed, the job is stored, and the next
   * drain cancels it.
   */
  readonly expiresAt?: Date | string
  /** Allows one unfinished job of this name with this key. Enqueueing another one returns the existing job. Short for `unique: { key }`. */
  readonly uniqueKey?: string
  /** Stores no second job that is the same. What it leaves open is as the definition says. */
  readonly unique?: Uniqueness
  /** Enqueueing again with this key returns the first job, even if it has finished. Keys are kept for 24 hours. */
  readonly idempotencyKey?: string
  /** At most `concurrencyLimit` jobs with this key run at once. Replaces the key of the definition's first limit; others stay. */
  readonly concurrencyKey?: string
  /** Default: that of the definition's first limit, or 1. The limit that was enqueued last applies to all jobs with the key. */
  readonly concurrencyLimit?: number
  /**
   * `"enqueued"` runs the jobs of the key one at a time in the order of their enqueue. Default: as the definition's first limit says, else
   * `"priority"`.
   */
  readonly concurrencyOrder?: "priority" | "enqueued"
  /** What those behind the job do while it waits for a retry. Default: as the definition's first limit says, else `"hold"`. */
  readonly concurrencyOnRetry?: "hold" | "pass"
  /** Jobs with this key share the rate of the definition, or `rate`. */
  readonly rateKey?: string
  /** Default: the definition's. The rate that was enqueued last applies to all jobs with the key. */
  readonly rate?: RateLimit
  /** Jobs with different keys take turns. Default: as the definition's `fair` says. */
  readonly fairKey?: string
  /** How many jobs of the key make up a turn, 1 to 1,000. Default: as the definition's `fair` says, else 1. */
  readonly fairWeight?: number
  /**
   * The id of a job, or of up to 1,000, after which this one runs: it is `waiting` until all of them have ended. A step of a workflow
   * gives the names of other steps, too.
   */
  readonly after?: string | readonly string[]
  /**
   * What becomes of the job if one of those that it runs after is discarded or canceled. `"fail"`: it is canceled, with the reason
   * `parent_failed`. `"continue"`: it runs all the same. `"wait"`: it waits until that one was retried and has succeeded. Default
   * `"fail"`.
   */
  readonly onParentFailure?: "fail" | "continue" | "wait"
  /** Up to 100 strings of 1 to 128 characters. */
  readonly tags?: readonly string[]
  /** A JSON object of up to 64 KiB. */
  readonly metadata?: Readonly<Record<string, unknown>>
  /**
   * Your own transaction, as pg, postgres.js, Drizzle, Kysely, Knex, Prisma, TypeORM (`EntityManager`, `QueryRunner`) or
   * pg-promise provides it. The job exists if and only if the transaction commits.
   */
  readonly transaction?: TransactionClient
  /**
   * The request that this enqueue carries out. The results are stored with the jobs, and another enqueue of the same request
   * returns them without storing anything, for 24 hours. Throws `RequestError` while the first is in progress, or for another
   * request with the same key.
   */
  readonly request?: RequestToStore
}

/** A request from outside that stores jobs, and may be sent again by somebody who doesn't know whether it was carried out. */
export interface RequestToStore {
  /** 1 to 512 characters, the same each time that the request is sent. */
  readonly key: string
  /** A hash of the request, or anything else of 1 to 512 characters by which another request under the same key is noticed. */
  readonly fingerprint: string
}

export interface EnqueueResult {
  /** A decimal string. */
  readonly id: string
  /**
   * If a job with the same unique or idempotency key exists, `id` is that job's: `deduplicated` if it stays as it is, `replaced` if
   * it got this job's payload and options, `rescheduled` if it got its time.
   */
  readonly status: "enqueued" | "deduplicated" | "replaced" | "rescheduled"
  /** The job's state: `ready`, `scheduled` or `blocked` when it was stored, and any if it was found. */
  readonly state: JobState
}

/** With the default backoff, the last one comes three weeks after the first. */
export const DEFAULT_MAX_ATTEMPTS = 25

/** The states of a job, as the API and the dashboard name them: those of unfinished jobs, then those of the history. */
export const JOB_STATES = [
  "scheduled",
  "ready",
  "blocked",
  "waiting",
  "running",
  "succeeded",
  "discarded",
  "canceled",
] as const

export type JobState = (typeof JOB_STATES)[number]
