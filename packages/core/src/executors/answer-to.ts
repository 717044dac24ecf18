import type { StandardSchemaV1 } from "@standard-schema/spec"
import { SluiceError } from "../errors.ts"
import { eventIn } from "../job/define-event.ts"
import type { AnyJobDefinition } from "../job/define-job.ts"
import type { JobContext } from "../job/job-context.ts"
import { parsePayload } from "../job/payload.ts"
import { scheduleIn } from "../job/schedule-settings.ts"
import { shortMessage } from "../job/serialize-error.ts"
import { type Logger, withDetails } from "../logger.ts"
import { type Answer, JobNotServedError, MAX_RESULT_BYTES, toErrorAnswer } from "./answer.ts"
import { type ExecutionEvent, isInTime } from "./execution-event.ts"

/** The longest time that a timer can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** The part of a definition that performs its jobs. */
export type Performable = Pick<AnyJobDefinition, "name" | "perform"> & {
  readonly input?: StandardSchemaV1 | undefined
}

/** The receiving side: performs an execution in this process. Never throws: an error becomes an answer. */
export async function answerTo(
  jobs: readonly Performable[],
  event: ExecutionEvent,
  { signal, log }: { signal: AbortSignal; log: Logger },
): Promise<Answer> {
  try {
    assertInTime(event)
    const { input, perform } = findJob(jobs, event.name)
    const payload = input ? await parsePayload(event.name, input, event.payload) : event.payload
    const result = await perform(payload, createContext(event, signal, log))
    return toAnswer(result, log)
  } catch (error) {
    return toErrorAnswer(error)
  }
}

function assertInTime(event: ExecutionEvent): void {
  if (isInTime(event)) return
  const message = `The job ${JSON.stringify(event.name)} was not performed: the event needs a remainingMs greater than 0`
  throw new SluiceError("execution_over", message)
}

function findJob(jobs: readonly Performable[], name: string): Performable {
  const job = jobs.find((each) => each.name === name)
  if (job) return job
  throw new JobNotServedError(
    "unknown_job",
    `This handler has no job named ${JSON.stringify(name)}: add its definition to the handler's jobs`,
  )
}

/** The work is done: that a result can't be stored is for the drainer to judge, which knows whether it matters. */
function toAnswer(result: unknown, log: Logger): Answer {
  if (result === undefined) return {}
  try {
    const json = JSON.stringify(result) ?? "null"
    if (Buffer.byteLength(json) <= MAX_RESULT_BYTES) return { result: JSON.parse(json) }
    return dropped("The result is over 256 KiB and was not stored", log)
  } catch (error) {
    return dropped(`The result is not JSON and was not stored: ${shortMessage(error)}`, log)
  }
}

function dropped(why: string, log: Logger): Answer {
  log.warn(why)
  return { dropped: why }
}

function createContext(event: ExecutionEvent, signal: AbortSignal, log: Logger): JobContext {
  const { payload: _, remainingMs, batchId, ...rest } = event
  const outside = `The job ${JSON.stringify(event.name)} runs outside the drainer`
  const refuseCheckpoint = (): never => {
    // thrown at once, because nobody may await a promise
    throw new SluiceError(
      "not_continuable",
      `${outside}, where no step, cursor, sleep, wait or progress can be saved`,
    )
  }
  const refuseBatch = (): never => {
    const message = `${outside}: use addToBatch and getBatch of a Sluice with context.batch.id`
    throw new SluiceError("outside_drainer", message)
  }
  const refuseParents = (): never => {
    throw new SluiceError(
      "outside_drainer",
      `${outside}: use getJob of a Sluice for the results of its parents`,
    )
  }
  return {
    ...rest,
    parents: { result: refuseParents, results: refuseParents, list: refuseParents },
    batch: batchId === undefined ? undefined : { id: batchId, add: refuseBatch, read: refuseBatch },
    step: refuseCheckpoint,
    cursor: refuseCheckpoint,
    sleep: refuseCheckpoint,
    sleepUntil: refuseCheckpoint,
    openWait: refuseCheckpoint,
    waitFor: refuseCheckpoint,
    openEventWait: refuseCheckpoint,
    waitForEvent: refuseCheckpoint,
    enqueueAndWait: refuseCheckpoint,
    all: refuseCheckpoint,
    progress: refuseCheckpoint,
    deadlineAt: new Date(Date.now() + remainingMs), // by this machine's clock
    enqueuedAt: new Date(event.enqueuedAt),
    schedule: scheduleIn(event.metadata),
    event: eventIn(event.metadata),
    log: withDetails(log, { jobId: event.id, job: event.name, attempt: event.attempt }),
    signal: AbortSignal.any([signal, AbortSignal.timeout(Math.min(remainingMs, MAX_TIMER_MS))]),
    get transaction(): never {
      throw new SluiceError("not_transactional", `${outside} and has no transaction`)
    },
  }
}
