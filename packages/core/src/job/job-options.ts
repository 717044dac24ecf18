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
}

/** An option for all jobs of a definition, or a function that computes it from the payload. Undefined: as if it weren't set. */
export type Computed<Value, Payload> = Value | ((payload: Payload) => Value | undefined)

/** Limits how many jobs with the same key run at once, across all drainers. */
export interface Concurrency<Payload> {
  /** A function that computes the key from the payload, or one key for all jobs of this definition. */
  readonly key: string | ((payload: Payload) => string)
  /** Default 1. */
  readonly limit?: number
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

/** Options of a call that enqueues: the policies, and options of a single job. */
export interface EnqueueOptions extends JobPolicies {
  /** When the job is due: a `Date`, or an ISO 8601 string. Default: now. */
  readonly runAt?: Date | string
  /** How long from now the job is due, instead of `runAt`: seconds, or a string such as `"5m"`. */
  readonly delay?: Duration
  /** Allows one unfinished job of this name with this key. Enqueueing another one returns the existing job. */
  readonly uniqueKey?: string
  /** Enqueueing again with this key returns the first job, even if it has finished. Keys are kept for 24 hours. */
  readonly idempotencyKey?: string
  /** At most `concurrencyLimit` jobs with this key run at once. */
  readonly concurrencyKey?: string
  /** Default: the definition's `concurrency.limit`, or 1. The limit that was enqueued last applies to all jobs with the key. */
  readonly concurrencyLimit?: number
  /** Jobs with this key share the rate of the definition, or `rate`. */
  readonly rateKey?: string
  /** Default: the definition's. The rate that was enqueued last applies to all jobs with the key. */
  readonly rate?: RateLimit
  /** Up to 100 strings of 1 to 128 characters. */
  readonly tags?: readonly string[]
  /** A JSON object of up to 64 KiB. */
  readonly metadata?: Readonly<Record<string, unknown>>
  /**
   * Your own transaction, as pg, postgres.js, Drizzle, Kysely, Knex, Prisma, TypeORM (`EntityManager`, `QueryRunner`) or
   * pg-promise provides it. The job exists if and only if the transaction commits.
   */
  readonly transaction?: TransactionClient
}

export interface EnqueueResult {
  /** A decimal string. */
  readonly id: string
  /** `deduplicated`: a job with the same unique or idempotency key exists, and `id` is that job's. */
  readonly status: "enqueued" | "deduplicated"
  /** The job's state when it was stored: `ready`, `scheduled` or `blocked`. */
  readonly state: JobState
}

/** The states of a job, as the API and the dashboard name them. */
export type JobState = "scheduled" | "ready" | "blocked" | "running" | "succeeded" | "discarded" | "canceled"
