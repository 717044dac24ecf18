import type { StandardSchemaV1 } from "@standard-schema/spec"
import { durationMs } from "../checks/duration.ts"
import { isRecord } from "../checks/validate.ts"
import { Discard, RetryAfter, SluiceError, Snooze } from "../errors.ts"
import type { AnyJobDefinition } from "../job/define-job.ts"
import { serializeError } from "../job/error-record.ts"
import type { JobContext } from "../job/job-context.ts"
import { MAX_PAYLOAD_BYTES, parsePayload, UnfitPayload } from "../job/payload.ts"
import { type Logger, withDetails } from "../logger.ts"

const UNKNOWN_JOB_WAIT = "1m"
/** Results are stored up to this size, as payloads are; a larger one is dropped where it arose. */
const MAX_RESULT_BYTES = MAX_PAYLOAD_BYTES
/** So much of an answer is read. It is more than a result may have: one a little too large is dropped, not done again. */
export const MAX_ANSWER_BYTES = 4 * MAX_RESULT_BYTES

// What another machine says of an error is cut to these, as far as its history would keep it.
const MAX_NAME_CHARACTERS = 200
const MAX_MESSAGE_CHARACTERS = 2_000
const MAX_STACK_CHARACTERS = 8_000
/** Another machine may ask for a longer wait; this is what it gets. */
const LONGEST_WAIT_MS = 365 * 86_400_000
/** Timers know no longer time. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

// Where a job runs, if not in the drainer. What is claimed, timed, retried and recorded is the drainer's all the same.

/** An execution as another process is told of it. It is JSON, and documented in docs/executors.md: grow it only. */
export interface ExecutionEvent {
  readonly id: string
  readonly name: string
  readonly queue: string
  readonly attempt: number
  readonly maxAttempts: number
  /** Milliseconds left when this was sent. Whoever performs has to be done within them, because others may begin then. */
  readonly remainingMs: number
  /** ISO 8601, when that is by the drainer's clock: for people, since another machine's clock may show another time. */
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
    remainingMs: Math.max(1, deadlineAt.getTime() - Date.now()),
    ...{ deadlineAt: deadlineAt.toISOString(), enqueuedAt: enqueuedAt.toISOString() },
  }
}

/** The result of an answer, or what its error steers to. `place` says in messages who answered. */
export function resultOf(answer: unknown, place: string, log: Logger): unknown {
  if (answer === null || answer === undefined) return undefined
  if (isRecord(answer)) {
    if (isRecord(answer.error)) {
      if (answer.error.name === "NotHereError") throw notYetKnown(place, log)
      throw toError(answer.error)
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

/**
 * An error of a class that is known here, or one that is recorded under its name. Throws `InvalidInputError` for a wait
 * that is no duration.
 */
export function toError(said: Partial<DescribedError>): Error {
  const { name = "Error", message = "", stack } = clamped(said)
  if (name === "Discard") return new Discard(message)
  if (name === "UnfitPayload") return new UnfitPayload(message)
  if (name === "RetryAfter" && said.wait !== undefined)
    return new RetryAfter(secondsOf(said.wait), message || undefined)
  if (name === "Snooze" && said.wait !== undefined)
    return new Snooze(secondsOf(said.wait), message || undefined)
  const error = new Error(message)
  error.name = name
  error.stack = stack ?? `${name}: ${message}`
  return error
}

function clamped({ name, message, stack }: Partial<DescribedError>) {
  return {
    ...(typeof name === "string" && name !== "" && { name: name.slice(0, MAX_NAME_CHARACTERS) }),
    ...(typeof message === "string" && { message: message.slice(0, MAX_MESSAGE_CHARACTERS) }),
    ...(typeof stack === "string" && { stack: stack.slice(0, MAX_STACK_CHARACTERS) }),
  }
}

function secondsOf(wait: number | string): number {
  return Math.min(durationMs(wait, ["wait"]), LONGEST_WAIT_MS) / 1_000
}

/** The receiving side: performs an execution in this process. Answers whatever happens. */
export async function answerTo(
  jobs: readonly Performable[],
  event: ExecutionEvent,
  { signal, log }: { signal: AbortSignal; log: Logger },
): Promise<Answer> {
  try {
    assertInTime(event)
    const { input, perform } = find(jobs, event.name)
    const payload = input ? await parsePayload(event.name, input, event.payload) : event.payload
    return { result: storable(await perform(payload, contextOf(event, signal, log)), log) }
  } catch (error) {
    return { error: described(error) }
  }
}

/** Whether an event says that there is time left. */
export function isInTime({ remainingMs }: Partial<ExecutionEvent>): boolean {
  return typeof remainingMs === "number" && remainingMs > 0
}

function assertInTime(event: ExecutionEvent): void {
  if (isInTime(event)) return
  const message = `Nothing of the job ${JSON.stringify(event.name)} was performed: the event has no remainingMs over 0`
  throw new SluiceError("execution_over", message)
}

/** Their names are told apart from their classes, whose own names a minified bundle may have changed. */
function described(error: unknown): DescribedError {
  const [name] = Object.entries(STEERING).find(([, type]) => error instanceof type) ?? []
  return {
    ...serializeError(error),
    ...clamped(serializeError(error)),
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

/** The work is done, so a result that can't be stored is dropped with a warning rather than done again. */
function storable(result: unknown, log: Logger): unknown {
  if (result === undefined) return undefined
  try {
    const json = JSON.stringify(result) ?? "null"
    if (Buffer.byteLength(json) <= MAX_RESULT_BYTES) return JSON.parse(json)
    log.warn("The result is over 256 KiB and was not stored")
  } catch (error) {
    log.warn("The result is not JSON and was not stored", { error: String(error) })
  }
  return undefined
}

function contextOf(event: ExecutionEvent, signal: AbortSignal, log: Logger): JobContext {
  const { payload: _, remainingMs, ...rest } = event
  const outside = `The job ${JSON.stringify(event.name)} runs outside of the drainer`
  const continueNot = (): never => {
    // at once: nobody may wait for a promise
    throw new SluiceError("not_continuable", `${outside}, where no step, cursor or sleep can be saved`)
  }
  return {
    ...rest,
    ...{ step: continueNot, cursor: continueNot, sleep: continueNot },
    deadlineAt: new Date(Date.now() + remainingMs), // by this machine's clock
    enqueuedAt: new Date(event.enqueuedAt),
    log: withDetails(log, { jobId: event.id, job: event.name, attempt: event.attempt }),
    signal: AbortSignal.any([signal, AbortSignal.timeout(Math.min(remainingMs, LONGEST_TIMER_MS))]),
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
