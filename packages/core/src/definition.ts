import type { StandardSchemaV1 } from "@standard-schema/spec"
import { awaited } from "./awaited.ts"
import { assertBackoff } from "./backoff.ts"
import type { Queryable } from "./database.ts"
import type { Duration } from "./duration.ts"
import { InvalidInputError } from "./errors.ts"
import type { Executor, ThreadExecutor } from "./executor.ts"
import type { TransactionClient } from "./transaction-client.ts"
import { assertInteger, assertKnownKeys, assertName, assertPolicies, refuse } from "./validate.ts"

/** What `perform` is given beside the payload. */
export interface JobContext {
  /** The job's id, a decimal string. */
  readonly id: string
  readonly name: string
  readonly queue: string
  /** 1 for the first execution that counts, 2 for the first retry, … */
  readonly attempt: number
  readonly maxAttempts: number
  /** Aborts at the job's timeout, at the drainer's deadline and when the database session is lost. Pass it on. */
  readonly signal: AbortSignal
  /** When the signal aborts at the latest. */
  readonly deadlineAt: Date
  readonly enqueuedAt: Date
  readonly tags: readonly string[]
  readonly metadata: Readonly<Record<string, unknown>>
  readonly log: Logger
  /**
   * The transaction of a job defined with `transactional: true`: what is written through it and the job's
   * completion commit together or not at all. Reading it in any other job throws.
   */
  readonly transaction: Queryable
  /**
   * Does a part of the work once in the life of the job. What it returns is stored as JSON (256 KiB at most) and given
   * back without doing it again when the job goes on: after the drainer's deadline, a sleep, a failure or a crash. Names
   * are unique within an execution. Transactional, the work is done through a transaction that records it too: then not
   * even a crash repeats it, where else one between the work and its record does.
   */
  step<Value>(
    name: string,
    perform: (transaction: Queryable) => Promise<Value> | Value,
    options: CheckpointOptions & { readonly transactional: true },
  ): Promise<Value>
  step<Value>(
    name: string,
    perform: () => Promise<Value> | Value,
    options?: CheckpointOptions & { readonly transactional?: false },
  ): Promise<Value>
  /**
   * Goes through something big, a batch at a time: `advance` does the work that comes after `position` and answers with
   * the new position (JSON, 256 KiB at most), or with undefined or null when there is no more. Each position is saved;
   * at the drainer's deadline the job is put back after the batch, without an attempt being charged, and goes on from there.
   */
  cursor<Position>(
    name: string,
    start: Position,
    advance: (position: Position, transaction: Queryable) => Next<Position> | Promise<Next<Position>>,
    options: CheckpointOptions & { readonly transactional: true },
  ): Promise<void>
  cursor<Position>(
    name: string,
    start: Position,
    advance: (position: Position) => Next<Position> | Promise<Next<Position>>,
    options?: CheckpointOptions & { readonly transactional?: false },
  ): Promise<void>
  /**
   * Puts the job back until so much later, once in its life, without an attempt being charged: it throws a `Snooze`, to
   * be let through, and the execution that passes it is another one. A job that catches it is put back all the same. Without a name it goes by its place among the
   * sleeps without one.
   */
  sleep(duration: Duration): Promise<void>
  sleep(name: string, duration: Duration): Promise<void>
}

export interface CheckpointOptions {
  /** Does the work in a database transaction that records it too, so that it happens exactly once. Default false. */
  readonly transactional?: boolean
}

type Next<Position> = Position | undefined | null

/** Structured logging, one method a level, as `console` has them. */
export interface Logger {
  debug(message: string, details?: Record<string, unknown>): void
  info(message: string, details?: Record<string, unknown>): void
  warn(message: string, details?: Record<string, unknown>): void
  error(message: string, details?: Record<string, unknown>): void
}

/** Wait before retry n (1 for the first): `min(base × factor^(n−1), max)`, then spread evenly over ±`jitter` of itself. */
export interface Backoff {
  /** Wait before the first retry. Default `"1s"`. */
  readonly base?: Duration
  /** Growth from one wait to the next. Default 2. */
  readonly factor?: number
  /** Longest wait. Default `"1h"`. */
  readonly max?: Duration
  /** Share of the wait that is random, 0 to 1. Default 0.25, so that jobs that failed together don't return together. */
  readonly jitter?: number
}

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

export interface JobSettings<Schema extends StandardSchemaV1> extends JobPolicies {
  /** Stored with each job. Letters, digits, `.`, `_`, `-`, `/` and `:`, up to 128 characters. */
  readonly name: string
  /** Any Standard Schema (zod, valibot, arktype, …). Payloads are checked at enqueue, and parsed at perform. */
  readonly input?: Schema
  readonly backoff?: Backoff
  /** Runs of this job that may die with their drainer while it runs alone. Default 3; then discarded with `InterruptedError`. */
  readonly maxInterruptions?: number
  readonly concurrency?: Concurrency<StandardSchemaV1.InferInput<Schema>>
  /** Gives `perform` a database transaction in which the job's completion is recorded too. Default false. */
  readonly transactional?: boolean
}

/** The work, here or elsewhere. */
export type Work<Payload, Output> =
  | {
      /** Where `perform` runs. Default: in the drainer. */
      readonly executor?: ThreadExecutor
      /** The work. What it returns is stored as the job's result, as JSON. */
      perform(payload: Payload, context: JobContext): Promise<Output> | Output
    }
  | {
      /** What performs these jobs outside of this app, which then has no `perform`. */
      readonly executor: Executor
      readonly perform?: undefined
    }

export type JobOptions<Schema extends StandardSchemaV1, Output> = JobSettings<Schema> &
  Work<StandardSchemaV1.InferOutput<Schema>, Output>

/** A job definition, made by {@link defineJob}: the work, its policies, and the client that enqueues it. */
export interface JobDefinition<Input = unknown, Payload = Input, Output = unknown>
  extends Readonly<Omit<JobSettings<StandardSchemaV1<Input, Payload>>, "input" | "concurrency">> {
  readonly input: StandardSchemaV1<Input, Payload> | undefined
  readonly concurrency: Concurrency<Input> | undefined
  readonly executor: Executor | ThreadExecutor | undefined
  /** Wherever it runs. */
  perform(payload: Payload, context: JobContext): Promise<Output> | Output
  /** Stores one job, once `createSluice({ jobs })` has been given this definition. */
  enqueue(payload: Input, options?: EnqueueOptions): Promise<EnqueueResult>
}

// biome-ignore lint/suspicious/noExplicitAny: the one type that every definition is assignable to
export type AnyJobDefinition = JobDefinition<any, any, any>
export type InputOf<Definition> =
  Definition extends JobDefinition<infer Input, infer _P, infer _O> ? Input : never

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
  /** Default the definition's `concurrency.limit`, else 1. */
  readonly concurrencyLimit?: number
  readonly tags?: readonly string[]
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

/**
 * Makes a job definition. Nothing is stored and nothing runs; `createSluice({ jobs })` binds it to a database.
 * Throws `InvalidInputError` for a name, option or value that can't be right, with a suggestion where one is near.
 */
export function defineJob<Schema extends StandardSchemaV1, Output = unknown>(
  options: JobOptions<Schema, Output> & { readonly input: Schema },
): JobDefinition<StandardSchemaV1.InferInput<Schema>, StandardSchemaV1.InferOutput<Schema>, Output>
/** Without an input schema nothing is checked, and the payload is what `perform` says it takes. */
export function defineJob<Payload = Record<string, unknown>, Output = unknown>(
  options: JobOptions<StandardSchemaV1<Payload>, Output> & { readonly input?: undefined },
): JobDefinition<Payload, Payload, Output>
export function defineJob(options: JobOptions<StandardSchemaV1, unknown>): unknown {
  assertKnownKeys(options, DEFINITION_KEYS, ["defineJob"])
  assertName(options.name, ["defineJob", "name"])
  assertWork(options)
  assertPolicies(options, [options.name])
  assertInteger(options.maxInterruptions, [options.name, "maxInterruptions"], 1, 1_000)
  assertInteger(options.concurrency?.limit, [options.name, "concurrency", "limit"], 1, 1_000_000)
  assertBackoff(options.backoff ?? {}, [options.name, "backoff"])
  const definition = {
    ...options,
    input: options.input,
    concurrency: options.concurrency,
    executor: options.executor,
    perform: performOf(options),
    enqueue(payload: unknown, enqueueOptions?: EnqueueOptions) {
      return clientOf(definition).enqueue(definition, payload, enqueueOptions)
    },
  }
  return definition
}

const DEFINITION_KEYS = [
  ...["name", "input", "queue", "priority", "maxAttempts", "timeout", "backoff", "maxInterruptions"],
  ...["concurrency", "transactional", "executor", "perform"],
]

/** Either there is a `perform` here, or an executor that has no need of one. */
function assertWork({ name, executor, perform, transactional }: JobOptions<StandardSchemaV1, unknown>): void {
  if (executor !== undefined && typeof executor?.perform !== "function")
    refuse("invalid_job", executor, [name, "executor"], "what thread(), lambda() or http() makes")
  if (executor && transactional)
    refuse(
      "invalid_job",
      transactional,
      [name, "transactional"],
      "no executor: a transaction stays in the drainer",
    )
  if (executor && !executor.adopt) {
    if (perform !== undefined)
      refuse(
        "invalid_job",
        perform,
        [name, "perform"],
        "either perform or this executor, which performs elsewhere",
      )
  } else if (typeof perform !== "function") refuse("invalid_job", perform, [name, "perform"], "a function")
}

function performOf(options: JobOptions<StandardSchemaV1, unknown>): AnyJobDefinition["perform"] {
  const { name, executor, perform } = options
  if (perform && executor) executor.adopt(name, perform)
  if (executor?.adopt) return (payload, context) => executor.perform(payload, context)
  if (executor) return (payload, context) => awaited(executor, payload, context)
  return perform as AnyJobDefinition["perform"]
}

type Client = {
  enqueue(job: AnyJobDefinition, payload: unknown, options?: EnqueueOptions): Promise<EnqueueResult>
}

/** Which Sluice a definition enqueues into: the one that was created with it last. */
const clients = new WeakMap<object, Client>()

export function bindDefinition(definition: AnyJobDefinition, client: Client): void {
  clients.set(definition, client)
}

function clientOf(definition: { name: string }): Client {
  const client = clients.get(definition)
  if (client) return client
  throw new InvalidInputError(
    "unbound_job",
    `The job ${JSON.stringify(definition.name)} belongs to no Sluice yet: pass its definition to createSluice({ jobs })`,
  )
}
