import type { StandardSchemaV1 } from "@standard-schema/spec"
import { assertInteger, assertKnownKeys, assertName, assertPolicies, refuse } from "../checks/validate.ts"
import { InvalidInputError } from "../errors.ts"
import { assertBackoff, type Backoff } from "./backoff.ts"
import type { Executor, ThreadExecutor } from "./executor.ts"
import type { JobContext } from "./job-context.ts"
import type { Concurrency, EnqueueOptions, EnqueueResult, JobPolicies } from "./job-options.ts"
import { performWithin } from "./perform-within.ts"

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
  if (executor) return (payload, context) => performWithin(executor, payload, context)
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
