import type { DrainSettings } from "./drain-options.ts"
import type { Pipeline } from "./drain-pipeline.ts"
import { SluiceError } from "./errors.ts"
import type { EndReason } from "./job/invocation.ts"
import { DrainDeadlineError, DrainEndingError } from "./perform/cancellation.ts"
import type { JobRunner } from "./perform/job-runner.ts"
import type { Deadline } from "./session/deadline.ts"
import { closeDrainer, type Drainer, type Leftover } from "./session/drainer.ts"
import { settleAll } from "./settle/settle.ts"
import type { Linger } from "./wake/linger.ts"

/** The parts of a drain that are needed to end it. */
interface Ending {
  readonly drainer: Drainer
  readonly runner: JobRunner
  readonly pipeline: Pipeline
  readonly deadline: Deadline
  readonly linger: Linger
  readonly settings: DrainSettings
}

/** Of a drain whose session stays open: the process has to end before others can perform its jobs. */
const LEFT_OPEN: Leftover = { dueWork: true, lateWork: false, nextDueInMs: undefined }

/** Of a drain that others don't need. */
const LEFT_TO_OTHERS = { dueWork: false, lateWork: false }

/** Ends or puts back what runs, settles it, and releases the slot and every lock. */
export async function release(ending: Ending): Promise<{ stuck: number; leftover: Leftover }> {
  const { drainer, pipeline, deadline, linger, settings } = ending
  const ranOutOfWork = deadline.remains() && deadline.isAmple()
  const [{ ended, released, stuck }, claimedAhead] = await Promise.all([stopJobs(ending), pipeline.end()])
  drainer.lost.throwIfAborted()
  // half of the margin was kept for this, and a part of that for closing
  await settleAll(drainer, ended, () => deadline.untilStopMs() + deadline.graceMs * 1.5)
  drainer.tally.released += released + claimedAhead.length
  if (stuck > 0) {
    await drainer.measures.write()
    return { stuck, leftover: LEFT_OPEN }
  }
  const soonMs = ranOutOfWork ? linger.soonMs : undefined
  const leftover = await closeDrainer(drainer, settings.names, soonMs, endReason(ending))
  return { stuck, leftover: linger.isSuperfluous() ? { ...leftover, ...LEFT_TO_OTHERS } : leftover }
}

/**
 * After an error: settles what has ended and releases what is held, as far as the session allows it. Returns the error to
 * throw, which says how many jobs are stuck.
 */
export async function releaseAfterError(ending: Ending, error: unknown): Promise<unknown> {
  const { drainer, pipeline, deadline, settings } = ending
  const [{ ended, stuck }] = await Promise.all([stopJobs(ending), pipeline.end().catch(() => [])])
  if (!drainer.lost.aborted) {
    try {
      const giveUpAtMs = performance.now() + deadline.graceMs
      await settleAll(drainer, ended, () => giveUpAtMs - performance.now())
      if (stuck === 0) await closeDrainer(drainer, settings.names, undefined, "failed")
    } catch (failure) {
      drainer.log.warn("A failed drain could not release its jobs", { error: String(failure) })
    }
  }
  return error instanceof SluiceError && stuck > 0 ? Object.assign(error, { stuck }) : error
}

function stopJobs({ drainer, runner, deadline }: Ending): ReturnType<JobRunner["stop"]> {
  return runner.stop(drainer.lost.reason ?? reasonToEnd(deadline), deadline.graceMs)
}

function endReason({ deadline, settings }: Ending): EndReason {
  if (settings.stop?.aborted) return "stopped"
  return deadline.isTimeUp() ? "deadline" : "out_of_work"
}

function reasonToEnd(deadline: Deadline): DrainEndingError {
  return deadline.isTimeUp()
    ? new DrainDeadlineError("drain_ends", "The drainer's time is up; the next drainer continues the job")
    : new DrainEndingError("drain_ends", "The drainer was told to stop; the next drainer continues the job")
}
