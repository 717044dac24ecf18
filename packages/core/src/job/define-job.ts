import type { StandardSchemaV1 } from "@standard-schema/spec"
import { type Duration, durationMs } from "../checks/duration.ts"
import type { JsonOf } from "../checks/json.ts"
import { assertPolicies } from "../checks/policies.ts"
import { sharedByCopies } from "../checks/shared-by-copies.ts"
import { assertInteger, assertKnownKeys, assertName, assertOneOf, refuse } from "../checks/validate.ts"
import { InvalidInputError } from "../errors.ts"
import { assertBackoff, type Backoff } from "./backoff.ts"
import { assertBatch, type Batch, type BatchContext, outcomesOf, type PerformMany } from "./batch.ts"
import { computedByCode } from "./computed-by-code.ts"
import { assertConcurrency } from "./concurrency.ts"
import { type AnyEvent, assertEvents, type EventDefinition } from "./define-event.ts"
import { type ErrorRule, namedRules } from "./error-rules.ts"
import type { Executor, ThreadExecutor } from "./executor.ts"
import { assertFair, type Fair } from "./fair-share.ts"
import { assertHooks, type Hooks } from "./hooks.ts"
import type { JobContext } from "./job-context.ts"
import type { JobHandle, WaitOptions } from "./job-handle.ts"
import { resultOf } from "./job-handle.ts"
import type {
  Computed,
  ComputedUniqueness,
  Concurrency,
  EnqueueOptions,
  JobPolicies,
  Rate,
} from "./job-options.ts"
import type { JobSnapshot, ReadJobOptions } from "./job-snapshot.ts"
import { assertKeep, type Keep } from "./keep.ts"
import { performWithin } from "./perform-within.ts"
import { assertRate } from "./rate.ts"
import { assertDefinedUnique } from "./unique-rule.ts"

export interface JobSettings<Schema extends StandardSchemaV1, Name extends string = string>
  extends Omit<JobPolicies, "queue" | "priority"> {
  /** Stored with each job. Letters, digits, `.`, `_`, `-`, `/` and `:`, up to 128 characters. */
  readonly name: Name
  /**
   * Any Standard Schema (zod, valibot, arktype, …). Payloads are validated when they are enqueued and parsed before
   * `perform`, which receives the schema's output.
   */
  readonly input?: Schema
  /**
   * Any Standard Schema for what `perform` returns. The schema's output is stored as the job's result. A result that doesn't
   * match it, or can't be stored, fails the execution with an `InvalidResultError`. What an executor returns is checked as the
   * JSON that it is. Default: results aren't checked, and one that can't be stored is dropped with a warning.
   */
  readonly output?: StandardSchemaV1 | undefined
  /**
   * Enqueues a job whenever one of these events is emitted, with its payload, which `input` has to accept. `context.event` tells
   * which. Takes effect when a deployment or a drainer registers the definition. Options that are computed from the payload can't
   * be combined with it, because who emits doesn't have this code; computed keys of `concurrency` and `rate` can.
   */
  readonly on?: readonly EventDefinition<StandardSchemaV1.InferInput<Schema>>[]
  /** Default `"default"`. A function computes it from the payload when a job is enqueued, as it does the next four. */
  readonly queue?: Computed<string, StandardSchemaV1.InferInput<Schema>>
  /** Jobs with a smaller number run first, as in nice(1). Default 0. */
  readonly priority?: Computed<number, StandardSchemaV1.InferInput<Schema>>
  /** How long after its enqueue a job is due, unless the call has `runAt` or `delay`. Default: at once. */
  readonly delay?: Computed<Duration, StandardSchemaV1.InferInput<Schema>>
  /** Stores no second job that is the same, unless a call says otherwise. The key may be computed from the payload. */
  readonly unique?: ComputedUniqueness<StandardSchemaV1.InferInput<Schema>>
  /** Computes the `uniqueKey` of jobs whose enqueue gives none. */
  readonly uniqueKey?: (payload: StandardSchemaV1.InferInput<Schema>) => string | undefined
  /** Computes the `idempotencyKey` of jobs whose enqueue gives none. */
  readonly idempotencyKey?: (payload: StandardSchemaV1.InferInput<Schema>) => string | undefined
  /**
   * What follows from which errors: `retryOn(…)`, `discardOn(…)` and `rescueFrom(…)`, of which the first that matches an
   * error applies. Errors that match none are retried up to `maxAttempts`.
   */
  readonly retry?: readonly ErrorRule[]
  /** Waits between attempts. Default: the fourth power of the number of failures, in seconds, up to 7 days. */
  readonly backoff?: Backoff
  /**
   * What becomes of a job whose payload doesn't fit `input` when it is performed, because it was enqueued without the schema,
   * or the schema has changed. `"discard"` finishes it at once, with code `invalid_payload`. `"wait"` keeps it for a
   * deployment whose schema accepts it: no attempt is charged, and drainers try it again after a minute and then less and
   * less often, at last every hour. Default `"discard"`.
   */
  readonly onInvalidPayload?: "discard" | "wait"
  /**
   * Times that a drainer may die while this job is the only one that it runs. Then the job is discarded with an
   * `InterruptedError`. Default 3.
   */
  readonly maxInterruptions?: number
  /**
   * How often a job may be put back after an execution that has saved a checkpoint: because it failed, or was cut off by the end
   * of a drain. One more time, and it is discarded with code `too_many_resumptions`. Default: no limit.
   */
  readonly maxResumptions?: number
  /**
   * What the history keeps of these jobs once they have finished, however they ended. `"none"`: neither payload nor result, for
   * personal data; what is in the app's store of payloads is deleted. Errors and metadata are kept. `{ logs: true }` adds what executions log.
   * Default: payload and result.
   */
  readonly keep?: "none" | Keep
  /** Functions that are called around and after what happens to these jobs, inside those of `createSluice({ hooks })`. */
  readonly hooks?: Hooks<StandardSchemaV1.InferInput<Schema>>
  /**
   * Limits how many of these jobs run at once, by one key or by up to eight: a job runs while none of its keys is full. Default:
   * no limit.
   */
  readonly concurrency?:
    | Concurrency<StandardSchemaV1.InferInput<Schema>>
    | readonly Concurrency<StandardSchemaV1.InferInput<Schema>>[]
  /** Limits how many of these jobs start within a time. Default: no limit. */
  readonly rate?: Rate<StandardSchemaV1.InferInput<Schema>>
  /**
   * Jobs with different keys, such as tenants, take turns, so that one with many jobs doesn't hold up the others. Within a
   * priority; the jobs of a key run in their usual order. Default: they take no turns.
   */
  readonly fair?: Fair<StandardSchemaV1.InferInput<Schema>>
  /** Gives `perform` a database transaction, `context.transaction`, that records the job's completion too. Default false. */
  readonly transactional?: boolean
}

/** How jobs are performed: one by one or several at once in this app, or by an executor elsewhere. */
export type Work<Payload, Output> =
  | {
      readonly batch?: undefined
      readonly performMany?: undefined
      /** Where `perform` runs. Default: in the drainer. */
      readonly executor?: ThreadExecutor
      /** Performs a job. The returned value is stored as the job's result, as JSON of up to 256 KiB. */
      perform(payload: Payload, context: JobContext): Promise<Output> | Output
    }
  | {
      readonly batch: Batch<Payload>
      /** Performs up to `batch.size` jobs by one call, in the drainer. */
      readonly performMany: PerformMany<Payload, Output>
      readonly executor?: undefined
      readonly perform?: undefined
    }
  | {
      readonly batch?: undefined
      readonly performMany?: undefined
      /** Performs these jobs outside this app, which has no `perform` for them. */
      readonly executor: Executor
      readonly perform?: undefined
    }

export type JobOptions<Schema extends StandardSchemaV1, Output, Name extends string = string> = JobSettings<
  Schema,
  Name
> &
  Work<StandardSchemaV1.InferOutput<Schema>, Output>

/** A job definition, returned by {@link defineJob}: how its jobs are performed, their policies, and `enqueue`. */
export interface JobDefinition<
  Input = unknown,
  Payload = Input,
  Output = unknown,
  Name extends string = string,
> extends Readonly<
    Omit<
      JobSettings<StandardSchemaV1<Input, Payload>, Name>,
      "input" | "output" | "on" | "concurrency" | "rate" | "fair"
    >
  > {
  readonly input: StandardSchemaV1<Input, Payload> | undefined
  readonly output: StandardSchemaV1<unknown, Output> | undefined
  readonly on: readonly AnyEvent[] | undefined
  readonly concurrency: Concurrency<Input> | readonly Concurrency<Input>[] | undefined
  readonly rate: Rate<Input> | undefined
  readonly fair: Fair<Input> | undefined
  readonly executor: Executor | ThreadExecutor | undefined
  readonly batch: Batch<Payload> | undefined
  readonly performMany: PerformMany<Payload, Output> | undefined
  /** Performs a job, through the executor if there is one, or by a call of `performMany` for it alone. */
  perform(payload: Payload, context: JobContext): Promise<Output> | Output
  /** Enqueues a job. Throws unless this definition was passed to `createSluice({ jobs })`. */
  enqueue(payload: Input, options?: EnqueueOptions): Promise<JobHandle<Result<Output>>>
  /**
   * Waits for the result of the job of this id. Throws as `result` of what `enqueue` returns, and `JobNotFoundError` for a job of
   * another name.
   */
  result(id: string, options?: WaitOptions): Promise<Result<Output>>
  /**
   * Returns the job of this id with its state, result and last errors, or undefined if the id is unknown, belongs to a job
   * of another name, or its history was dropped. Throws unless this definition was passed to `createSluice({ jobs })`.
   */
  getJob(
    id: string,
    options?: ReadJobOptions,
  ): Promise<JobSnapshot<JsonOf<Input>, Result<Output>> | undefined>
}

// biome-ignore lint/suspicious/noExplicitAny: the one type that every definition is assignable to
export type AnyJobDefinition = JobDefinition<any, any, any, string>
export type InputOf<Definition> =
  Definition extends JobDefinition<infer Input, infer _P, infer _O, string> ? Input : never
/** What is read of the results of a definition's jobs. */
export type ResultOf<Definition> =
  Definition extends JobDefinition<infer _I, infer _P, infer Output, string> ? Result<Output> : never

/** Null until the job has succeeded, and if `perform` returned nothing. */
// biome-ignore lint/suspicious/noConfusingVoidType: what such a `perform` returns
type Result<Output> = JsonOf<Exclude<Output, void | undefined>> | null

/**
 * Defines a job: its name, input schema, policies and `perform`. Pass the definition to `createSluice({ jobs })`, which
 * binds it to a database; until then nothing is stored and nothing runs. Throws `InvalidInputError` for an invalid name,
 * option or value.
 *
 * @example
 * export const welcome = defineJob({
 *   name: "welcome",
 *   input: z.object({ to: z.email() }),
 *   async perform({ to }, { signal }) {
 *     await sendMail(to, { signal })
 *   },
 * })
 */
export function defineJob<
  Schema extends StandardSchemaV1,
  OutputSchema extends StandardSchemaV1,
  Name extends string = string,
>(
  options: JobOptions<Schema, StandardSchemaV1.InferInput<OutputSchema>, Name> & {
    readonly input: Schema
    readonly output: OutputSchema
  },
): JobDefinition<
  StandardSchemaV1.InferInput<Schema>,
  StandardSchemaV1.InferOutput<Schema>,
  StandardSchemaV1.InferOutput<OutputSchema>,
  Name
>
export function defineJob<Schema extends StandardSchemaV1, Output = unknown, Name extends string = string>(
  options: JobOptions<Schema, Output, Name> & { readonly input: Schema; readonly output?: undefined },
): JobDefinition<StandardSchemaV1.InferInput<Schema>, StandardSchemaV1.InferOutput<Schema>, Output, Name>
/** Without an input schema payloads are not validated, and have the type of the first parameter of `perform`. */
export function defineJob<
  OutputSchema extends StandardSchemaV1,
  Payload = Record<string, unknown>,
  Name extends string = string,
>(
  options: JobOptions<StandardSchemaV1<Payload>, StandardSchemaV1.InferInput<OutputSchema>, Name> & {
    readonly input?: undefined
    readonly output: OutputSchema
  },
): JobDefinition<Payload, Payload, StandardSchemaV1.InferOutput<OutputSchema>, Name>
export function defineJob<Payload = Record<string, unknown>, Output = unknown, Name extends string = string>(
  options: JobOptions<StandardSchemaV1<Payload>, Output, Name> & {
    readonly input?: undefined
    readonly output?: undefined
  },
): JobDefinition<Payload, Payload, Output, Name>
export function defineJob(options: JobOptions<StandardSchemaV1, unknown>): unknown {
  assertKnownKeys(options, DEFINITION_KEYS, ["defineJob"])
  assertName(options.name, ["defineJob", "name"])
  if (options.batch === undefined && options.performMany === undefined) assertPerformable(options)
  else assertPerformsMany(options)
  assertPolicies({ ...options, ...computedLater(options) }, [options.name])
  if (typeof options.delay !== "function" && options.delay !== undefined)
    durationMs(options.delay, [options.name, "delay"])
  for (const key of ["uniqueKey", "idempotencyKey"] as const)
    if (options[key] !== undefined && typeof options[key] !== "function")
      refuse("invalid_option", options[key], [options.name, key], "a function of the payload")
  assertDefinedUnique(options)
  assertOneOf(options.onInvalidPayload, [options.name, "onInvalidPayload"], ["discard", "wait"])
  assertInteger(options.maxInterruptions, [options.name, "maxInterruptions"], 1, 1_000)
  assertInteger(options.maxResumptions, [options.name, "maxResumptions"], 0, 1_000_000)
  assertConcurrency(options.concurrency, [options.name, "concurrency"])
  if (options.output !== undefined && typeof options.output?.["~standard"]?.validate !== "function")
    refuse(
      "invalid_option",
      options.output,
      [options.name, "output"],
      "a Standard Schema, such as that of zod",
    )
  assertRate(options.rate, [options.name, "rate"])
  assertEvents(options.on, [options.name, "on"])
  assertKeep(options.keep, [options.name, "keep"])
  assertFair(options.fair, [options.name, "fair"])
  assertHooks(options.hooks, [options.name, "hooks"])
  assertBackoff(options.backoff, [options.name, "backoff"])
  const retry = namedRules(options.retry, [options.name, "retry"])
  const definition = {
    ...options,
    input: options.input,
    output: options.output,
    on: options.on,
    concurrency: options.concurrency,
    rate: options.rate,
    fair: options.fair,
    executor: options.executor,
    batch: options.batch,
    performMany: options.performMany,
    ...(retry && { retry }),
    perform: choosePerform(options),
    enqueue(payload: unknown, enqueueOptions?: EnqueueOptions) {
      return clientOf(definition).enqueue(definition, payload, enqueueOptions)
    },
    async result(id: string, waitOptions?: WaitOptions) {
      return resultOf(await clientOf(definition).waitForJob(id, waitOptions), definition.name)
    },
    async getJob(id: string, readOptions?: ReadJobOptions) {
      const job = await clientOf(definition).getJob(id, readOptions)
      return job?.name === definition.name ? job : undefined
    },
  }
  assertEnqueuedByEvents(definition)
  return definition
}

const DEFINITION_KEYS = [
  "name",
  "input",
  "output",
  "on",
  "queue",
  "priority",
  "delay",
  "unique",
  "uniqueKey",
  "idempotencyKey",
  "maxAttempts",
  "timeout",
  "expiresIn",
  "retry",
  "backoff",
  "onInvalidPayload",
  "maxInterruptions",
  "maxResumptions",
  "keep",
  "hooks",
  "concurrency",
  "rate",
  "fair",
  "transactional",
  "executor",
  "perform",
  "batch",
  "performMany",
] satisfies readonly (keyof JobOptions<StandardSchemaV1, unknown>)[]

/** Who emits an event enqueues by name: what only the definition's code computes would be missing. */
function assertEnqueuedByEvents(definition: AnyJobDefinition): void {
  const [computed] = definition.on?.length ? computedByCode(definition) : []
  if (computed !== undefined)
    refuse(
      "invalid_option",
      definition.on?.map(({ name }) => name),
      [definition.name, "on"],
      `no events, or a definition whose ${computed} is no function: who emits an event doesn't have its code`,
    )
}

/** What functions return is checked when a job is enqueued. */
function computedLater({ queue, priority }: JobOptions<StandardSchemaV1, unknown>) {
  return {
    ...(typeof queue === "function" && { queue: undefined }),
    ...(typeof priority === "function" && { priority: undefined }),
  }
}

/** `performMany` comes with `batch`, and with nothing else that performs. */
function assertPerformsMany(options: JobOptions<StandardSchemaV1, unknown>): void {
  const { name, batch, performMany } = options
  if (typeof performMany !== "function")
    refuse("invalid_job", performMany, [name, "performMany"], "a function")
  assertBatch(batch, [name, "batch"])
  for (const key of ["perform", "executor", "transactional"] as const)
    if (options[key]) refuse("invalid_job", options[key], [name, key], `either performMany or ${key}`)
}

/** A definition has either `perform`, in the drainer or in a thread, or an executor that performs elsewhere. */
function assertPerformable(options: JobOptions<StandardSchemaV1, unknown>): void {
  const { name, executor, perform, transactional } = options
  if (executor !== undefined && typeof executor?.perform !== "function")
    refuse("invalid_job", executor, [name, "executor"], "an executor, such as thread(), lambda() or http()")
  if (executor && transactional)
    refuse(
      "invalid_job",
      transactional,
      [name, "transactional"],
      "either transactional or an executor: transactions run only in the drainer",
    )
  if (executor && !executor.adopt) {
    if (perform !== undefined)
      refuse(
        "invalid_job",
        perform,
        [name, "perform"],
        "either perform or an executor that runs the job elsewhere",
      )
  } else if (typeof perform !== "function") refuse("invalid_job", perform, [name, "perform"], "a function")
}

function choosePerform(options: JobOptions<StandardSchemaV1, unknown>): AnyJobDefinition["perform"] {
  const { name, executor, perform, performMany } = options
  if (performMany) return (payload, context) => performAlone(name, performMany, payload, context)
  if (perform && executor) executor.adopt(name, perform)
  if (executor?.adopt) return (payload, context) => executor.perform(payload, context)
  if (executor) return (payload, context) => performWithin(executor, payload, context)
  return perform as AnyJobDefinition["perform"]
}

async function performAlone(
  name: string,
  performMany: PerformMany<unknown, unknown>,
  payload: unknown,
  context: JobContext,
): Promise<unknown> {
  const { signal, deadlineAt, log } = context
  const batch: BatchContext = { jobs: [context], signal, deadlineAt, log }
  const [outcome] = outcomesOf(name, await performMany([payload], batch), 1)
  if (outcome instanceof Error) throw outcome
  return outcome
}

interface Client {
  enqueue(job: AnyJobDefinition, payload: unknown, options?: EnqueueOptions): Promise<JobHandle>
  waitForJob(id: string, options?: WaitOptions): Promise<JobSnapshot>
  getJob(id: string, options?: ReadJobOptions): Promise<JobSnapshot | undefined>
  // biome-ignore lint/suspicious/noExplicitAny: a workflow knows the names of its steps
  enqueueWorkflow(flow: object, options?: any): Promise<any>
}

/** The Sluice instance that a definition enqueues into: the last one that was created with it. */
const clients = sharedByCopies("clients", () => new WeakMap<object, Client>())

export function bindDefinition(definition: AnyJobDefinition, client: Client): void {
  clients.set(definition, client)
}

export function clientOf(definition: { name: string }): Client {
  const client = clients.get(definition)
  if (client) return client
  throw new InvalidInputError(
    "unbound_job",
    `The job ${JSON.stringify(definition.name)} isn't bound to a Sluice instance: pass its definition to createSluice({ jobs }), in a module that is imported before this call`,
  )
}
