import type { StandardSchemaV1 } from "@standard-schema/spec"
import type { AnyJobDefinition, JobContext, Logger } from "./definition.ts"
import { Discard, RetryAfter, SluiceError, Snooze } from "./errors.ts"
import { withDetails } from "./log.ts"
import { parsePayload, UnfitPayload } from "./payload.ts"
import { partsOf } from "./settle.ts"
import { isRecord } from "./validate.ts"

const UNKNOWN_JOB_WAIT = "1m"

// Where a job runs, if not in the drainer. What is claimed, timed, retried and recorded is the drainer's all the same.

/** Performs jobs outside of this app: in another function, behind an endpoint, … */
export interface Executor {
  /** As the `perform` of a definition: answers with the result or throws, also soon after `context.signal` aborts. */
  perform(payload: unknown, context: JobContext): Promise<unknown>
  /** Closes what is open and not in use. Called at the end of every drain, because Lambda freezes the process then. */
  end?(): Promise<void>
  readonly adopt?: undefined
}

/** Performs the definition's own `perform`, in another thread. */
export interface ThreadExecutor extends Omit<Executor, "adopt"> {
  /** Told by `defineJob`, in each thread that loads the definition. */
  adopt(name: string, perform: AnyJobDefinition["perform"]): void
}

/** An execution as another process is told of it. It is JSON, and documented in docs/executors.md: grow it only. */
export interface ExecutionEvent {
  readonly id: string
  readonly name: string
  readonly queue: string
  readonly attempt: number
  readonly maxAttempts: number
  /** ISO 8601. Whoever performs has to be done by then, because others may begin. */
  readonly deadlineAt: string
  /** ISO 8601. */
  readonly enqueuedAt: string
  readonly tags: readonly string[]
  readonly metadata: Readonly<Record<string, unknown>>
  readonly payload: unknown
}

/** What comes back, as JSON. Without either there is no result. */
export type Answer = { readonly result?: unknown } | { readonly error: DescribedError }

/** `Discard`, `RetryAfter` and `Snooze`, the latter two with `wait`, steer the job; any other name is a failed attempt. */
export interface DescribedError {
  readonly name: string
  readonly message: string
  readonly stack?: string
  readonly wait?: number | string
}

export function executionEvent(payload: unknown, context: JobContext): ExecutionEvent {
  const { id, name, queue, attempt, maxAttempts, deadlineAt, enqueuedAt, tags, metadata } = context
  return {
    ...{ id, name, queue, attempt, maxAttempts, tags, metadata, payload },
    ...{ deadlineAt: deadlineAt.toISOString(), enqueuedAt: enqueuedAt.toISOString() },
  }
}

/** The result of an answer, or what its error steers to. `place` says in messages who answered. */
export function resultOf(answer: unknown, place: string, log: Logger): unknown {
  if (answer === null || answer === undefined) return undefined
  if (isRecord(answer)) {
    if (isRecord(answer.error)) {
      if (answer.error.name === "NotHereError") throw notYetKnown(place, log)
      throw restoredError(answer.error)
    }
    if (Object.keys(answer).every((key) => key === "result")) return answer.result
  }
  throw new SluiceError(
    "invalid_answer",
    `${place} answered ${JSON.stringify(answer).slice(0, 200)}: answer { "result": … } or { "error": { "name", "message" } }`,
  )
}

/** An older or newer deployment than the drainer's: as with drainers, the job waits and no attempt is counted. */
function notYetKnown(place: string, log: Logger): Snooze {
  log.warn(`${place} does not know the job, which waits until it does`)
  return new Snooze(UNKNOWN_JOB_WAIT)
}

/** An error of a class that is known here, or one that is recorded under its name. */
export function restoredError({ name, message, stack, wait }: Partial<DescribedError>): Error {
  const text = String(message ?? "")
  if (name === "Discard") return new Discard(text)
  if (name === "UnfitPayload") return new UnfitPayload(text)
  if (name === "RetryAfter" && wait !== undefined) return new RetryAfter(wait, text || undefined)
  if (name === "Snooze" && wait !== undefined) return new Snooze(wait, text || undefined)
  const error = new Error(text)
  error.name = String(name ?? "Error")
  error.stack = String(stack ?? `${error.name}: ${text}`)
  return error
}

/** The receiving side: performs an execution in this process. Answers whatever happens. */
export async function answerTo(
  jobs: readonly Performable[],
  event: ExecutionEvent,
  { signal, log }: { signal: AbortSignal; log: Logger },
): Promise<Answer> {
  try {
    const { input, perform } = find(jobs, event.name)
    const payload = input ? await parsePayload(event.name, input, event.payload) : event.payload
    return { result: storable(await perform(payload, contextOf(event, signal, log)), log) }
  } catch (error) {
    return { error: described(error) }
  }
}

/** Their names are told apart from their classes, whose own names a minified bundle may have changed. */
function described(error: unknown): DescribedError {
  const [name] = Object.entries(STEERING).find(([, type]) => error instanceof type) ?? []
  return {
    ...partsOf(error),
    ...(name && { name }),
    ...((error instanceof RetryAfter || error instanceof Snooze) && { wait: error.wait }),
  }
}

/** Not an `UnknownJobError`, which `perform` may throw too. */
class NotHereError extends SluiceError {}

const STEERING = { UnfitPayload, Discard, RetryAfter, Snooze, NotHereError }

/** What it takes of a definition to perform its jobs. */
export type Performable = Pick<AnyJobDefinition, "name" | "perform"> & {
  readonly input?: StandardSchemaV1 | undefined
}

function find(jobs: readonly Performable[], name: string): Performable {
  const job = jobs.find((each) => each.name === name)
  if (job) return job
  throw new NotHereError(
    "unknown_job",
    `No job is named ${JSON.stringify(name)} here: add its definition to the jobs of this handler`,
  )
}

/** The work is done, so a result that is not JSON is dropped with a warning rather than done again. */
function storable(result: unknown, log: Logger): unknown {
  try {
    return result === undefined ? undefined : JSON.parse(JSON.stringify(result))
  } catch (error) {
    log.warn("The result is not JSON and was not stored", { error: String(error) })
    return undefined
  }
}

function contextOf(event: ExecutionEvent, signal: AbortSignal, log: Logger): JobContext {
  const { payload: _, ...rest } = event
  const deadlineAt = new Date(event.deadlineAt)
  const outside = `The job ${JSON.stringify(event.name)} runs outside of the drainer`
  const continueNot = async (): Promise<never> => {
    throw new SluiceError("not_continuable", `${outside}, where no step, cursor or sleep can be saved`)
  }
  return {
    ...rest,
    ...{ step: continueNot, cursor: continueNot, sleep: continueNot },
    ...{ deadlineAt, enqueuedAt: new Date(event.enqueuedAt) },
    log: withDetails(log, { jobId: event.id, job: event.name, attempt: event.attempt }),
    signal: AbortSignal.any([signal, AbortSignal.timeout(Math.max(0, deadlineAt.getTime() - Date.now()))]),
    get transaction(): never {
      throw new SluiceError("not_transactional", `${outside} and has no transaction`)
    },
  }
}

/** One that can't be ended is no reason to keep the drainer's session. */
export async function endExecutors(definitions: Iterable<AnyJobDefinition>, log: Logger): Promise<void> {
  const endings = [...definitions].map(async ({ executor }) => executor?.end?.())
  for (const ending of await Promise.allSettled(endings)) {
    if (ending.status === "rejected")
      log.warn("An executor could not be ended", { error: String(ending.reason) })
  }
}
