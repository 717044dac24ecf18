import type { Duration } from "../checks/duration.ts"
import type { TransactionClient } from "../database/transaction-client.ts"

/** The vocabulary of policies; given at any of three levels: `createSluice({ defaults })`, the definition, the call. */
export interface JobPolicies {
  /** Default `"default"`. */
  readonly queue?: string
  /** Smaller runs first, as in nice(1). Default 0. */
  readonly priority?: number
  /** Executions that may fail before the job is discarded. Default 10. */
  readonly maxAttempts?: number
  /**
   * Longest execution, or longest time from one checkpoint of it to the next; then `signal` aborts and the attempt has
   * failed. Default `"1m"`.
   */
  readonly timeout?: Duration
}

/** How many jobs of one key may run at once, over all drainers. */
export interface Concurrency<Payload> {
  /** The key of a payload, or one key for all jobs of this definition. */
  readonly key: string | ((payload: Payload) => string)
  /** Default 1. */
  readonly limit?: number
}

/** Options of one enqueue: the policies, and what concerns one job alone. */
export interface EnqueueOptions extends JobPolicies {
  /** When the job is due: a `Date` or ISO 8601 text. Default now. */
  readonly runAt?: Date | string
  /** Instead of `runAt`: how long from now. Seconds, or like `"5m"`. */
  readonly delay?: Duration
  /** At most one unfinished job of this name has this key; another enqueue answers with the one that is there. */
  readonly uniqueKey?: string
  /** Enqueueing again with this key answers with the first job, also when it has finished; remembered for 24 hours. */
  readonly idempotencyKey?: string
  /** Jobs with this key run at most `concurrencyLimit` at once. */
  readonly concurrencyKey?: string
  /** Default the definition's `concurrency.limit`, else 1. The limit enqueued last applies to all jobs of the key. */
  readonly concurrencyLimit?: number
  /** Up to 100 texts of 1 to 128 characters. */
  readonly tags?: readonly string[]
  /** A JSON object of up to 64 KiB. */
  readonly metadata?: Readonly<Record<string, unknown>>
  /**
   * Your transaction, as pg, postgres.js, Drizzle, Kysely, Knex, Prisma, TypeORM (`EntityManager`, `QueryRunner`) or
   * pg-promise gives it to you: the job exists if and only if it commits.
   */
  readonly transaction?: TransactionClient
}

export interface EnqueueResult {
  /** A decimal string. */
  readonly id: string
  /** `deduplicated`: a job with the same unique or idempotency key was there, and `id` is that job's. */
  readonly status: "enqueued" | "deduplicated"
  /** The state the job is in when it was stored: `ready`, `scheduled` or `blocked`. */
  readonly state: JobState
}

/** The states of a job, as API and dashboard name them. */
export type JobState = "scheduled" | "ready" | "blocked" | "running" | "succeeded" | "discarded" | "canceled"
