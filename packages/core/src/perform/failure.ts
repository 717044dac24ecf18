import { durationMs } from "../checks/duration.ts"
import { counted } from "../checks/format-value.ts"
import { JobCanceledError, SessionLostError, SluiceError, TimeoutError } from "../errors.ts"
import { type Backoff, backoffMs } from "../job/backoff.ts"
import { Discard, durationOf, Isolation, PauseKey, RetryAfter, Snooze } from "../job/control-errors.ts"
import {
  type ErrorRule,
  matches,
  RESUMPTIONS,
  type RescueFrom,
  type RetryOn,
  SCHEMA_LOOKS,
} from "../job/error-rules.ts"
import type { Outcome } from "../job/outcome.ts"
import { UnfitPayload } from "../job/payload.ts"
import { shortMessage } from "../job/serialize-error.ts"
import { DrainDeadlineError, DrainEndingError } from "./cancellation.ts"
import { type JobRun, maxAttemptsOf, ownMaxAttempts } from "./job-run.ts"
import { NotNowError } from "./not-now.ts"

/** Shortest wait of a `RetryAfter` or `Snooze`, so that a job can't run again and again until the drain ends. */
const MIN_WAIT_MS = 1_000
/** Shortest wait after a `NotNowError`; the longest is twice that. */
const NOT_NOW_WAIT_MS = 2_000
/** Waits of a job whose payload doesn't fit the schema. */
const SCHEMA_WAIT: Backoff = { strategy: "exponential", base: "1m", max: "1h" }
/** A job that this many drains in a row interrupted at their deadline without a checkpoint never fits: its attempt fails. */
const MAX_CUTS = 3

/** The outcome of an execution that threw. An invalid wait in a `RetryAfter` or `Snooze` is an ordinary failure. */
export function failureOutcome(run: JobRun, thrown: unknown): Outcome {
  try {
    return outcomeOf(run, thrown)
  } catch (invalidWait) {
    return outcomeOf(run, invalidWait)
  }
}

function outcomeOf(run: JobRun, thrown: unknown): Outcome {
  const { reason } = run.cancellation
  // a job may throw a SessionLostError of its own: trusted, it would come again at once, forever
  if (run.environment.drainer.lost.aborted || reason instanceof SessionLostError) return { kind: "lost" }
  if (reason instanceof JobCanceledError) return { kind: "canceled", error: reason, chargesAttempt: true }
  if (thrown instanceof NotNowError) return snoozeForNow(run)
  if (reason instanceof DrainEndingError)
    return isDecision(thrown) ? steer(run, thrown) : putBack(run, reason)
  if (reason) return fail(run, reason) // the timeout, not the AbortError that it led to
  return steer(run, thrown)
}

/** `Discard`, `RetryAfter`, `Snooze` and `PauseKey`, as opposed to the errors that follow from an abort. */
function isDecision(thrown: unknown): boolean {
  return [Discard, RetryAfter, Snooze, PauseKey].some((decision) => thrown instanceof decision)
}

function steer(run: JobRun, thrown: unknown): Outcome {
  if (thrown instanceof Isolation) return { kind: "snoozed", waitMs: undefined, cuts: 0 }
  if (thrown instanceof Snooze) return { kind: "snoozed", waitMs: waitMsOf(thrown, "Snooze"), cuts: 0 }
  if (thrown instanceof PauseKey)
    return {
      kind: "snoozed",
      waitMs: waitMsOf(thrown, "PauseKey"),
      cuts: 0,
      pausesKey: true,
      pausedKey: thrown.key,
    }
  if (thrown instanceof UnfitPayload && run.definition.onInvalidPayload === "wait")
    return waitForSchema(run, thrown)
  if (thrown instanceof Discard) return { kind: "discarded", error: thrown, chargesAttempt: true }
  return fail(run, thrown)
}

/**
 * Nothing tells when a deployment with another schema comes, so the job is looked at again and again, at last once an hour.
 * Only the first look records the error.
 */
function waitForSchema({ job }: JobRun, error: UnfitPayload): Outcome {
  const looks = (job.ruleFailures?.[SCHEMA_LOOKS] ?? 0) + 1
  const waitMs = backoffMs(SCHEMA_WAIT, looks, error)
  const ruleFailures = { ...job.ruleFailures, [SCHEMA_LOOKS]: looks }
  return { kind: "snoozed", waitMs, cuts: job.cuts, ruleFailures, ...(looks === 1 && { error }) }
}

function snoozeForNow({ job }: JobRun): Outcome {
  const waitMs = Math.round(NOT_NOW_WAIT_MS * (1 + Math.random()))
  return { kind: "snoozed", waitMs, cuts: job.cuts }
}

/** The job keeps its place, ahead of jobs that were enqueued after it. */
function putBack(run: JobRun, reason: DrainEndingError): Outcome {
  const { job } = run
  if (run.hasCheckpoint) return resumable(run, undefined, { kind: "snoozed", waitMs: undefined, cuts: 0 })
  const cuts = job.cuts + Number(reason instanceof DrainDeadlineError)
  if (cuts < MAX_CUTS) return { kind: "snoozed", waitMs: undefined, cuts }
  const message = `The job ${JSON.stringify(job.name)} was interrupted at the deadline of ${cuts} drains in a row without saving a checkpoint: it needs more time than a drain has. Give the drain function a longer timeout, or split the job into steps`
  return fail(run, new TimeoutError("never_fits", message))
}

/** Decides by the first of the definition's rules that the error matches, or by its policies. */
function fail(run: JobRun, error: unknown): Outcome {
  const rule = ruleFor(run, error, ({ kind }) => kind !== "rescue")
  if (rule?.kind === "discard") return { kind: "discarded", error, chargesAttempt: true, rule: rule.name }
  return retryBy(run, error, rule as RetryOn | undefined)
}

/** The rule whose handler ends this failed execution instead, if there is one. */
export function rescueRuleFor(run: JobRun, thrown: unknown): RescueFrom | undefined {
  if (!run.definition.retry?.some(({ kind }) => kind === "rescue")) return undefined
  if (run.cancellation.reason || thrown instanceof NotNowError || isDecision(thrown)) return undefined
  const rule = ruleFor(run, thrown, () => true)
  return rule?.kind === "rescue" ? rule : undefined
}

function ruleFor(run: JobRun, error: unknown, isWanted: (rule: ErrorRule) => boolean): ErrorRule | undefined {
  return run.definition.retry?.find(
    (rule) => isWanted(rule) && matches(rule, error, (thrown) => reportFunction(run, thrown)),
  )
}

/** Failures by a rule are counted by it alone. */
function retryBy(run: JobRun, error: unknown, rule: RetryOn | undefined): Outcome {
  const { attempts, counts } = countsOf(run)
  const failures = (rule ? (counts[rule.name as string] ?? 0) : unruledFailures(attempts, counts)) + 1
  const isLast =
    attempts + 1 >= (ownMaxAttempts(run) ?? Number.POSITIVE_INFINITY) ||
    failures >= (rule?.attempts ?? maxAttemptsOf(run))
  const by = rule && { rule: rule.name }
  if (isLast) return { kind: "discarded", error, chargesAttempt: true, ...by }
  const waitMs = retryWaitMs(run, error, rule, failures)
  const ruleFailures = rule && { ruleFailures: { ...counts, [rule.name as string]: failures } }
  const retried = { kind: "retried", error, waitMs, ...by, ...ruleFailures } as const
  return run.hasCheckpoint ? resumable(run, error, retried) : retried
}

/** What has failed since the last checkpoint, and how often by which rule. A checkpoint has cleared them in the row, too. */
function countsOf({ job, hasCheckpoint }: JobRun): { attempts: number; counts: Record<string, number> } {
  const counts = job.ruleFailures ?? {}
  if (!hasCheckpoint) return { attempts: job.attempts, counts }
  const resumptions = counts[RESUMPTIONS]
  return { attempts: 0, counts: resumptions === undefined ? {} : { [RESUMPTIONS]: resumptions } }
}

/** Puts back a job that has made progress, if it was not so often that it is discarded. Not counted without a limit. */
function resumable<Putback extends Resumed>(run: JobRun, cause: unknown, outcome: Putback): Outcome {
  const { maxResumptions } = run.definition
  if (maxResumptions === undefined) return outcome
  const { counts } = countsOf(run)
  const resumptions = (counts[RESUMPTIONS] ?? 0) + 1
  if (resumptions <= maxResumptions)
    return { ...outcome, ruleFailures: { ...counts, ...outcome.ruleFailures, [RESUMPTIONS]: resumptions } }
  const message = `The job ${JSON.stringify(run.job.name)} has been put back ${counted(maxResumptions, "time")} after a checkpoint, as often as its maxResumptions allows, and ended early again`
  const error = new SluiceError("too_many_resumptions", message, { cause })
  return { kind: "discarded", error, chargesAttempt: true }
}

type Resumed = Extract<Outcome, { kind: "retried" | "snoozed" }>

/** Not less than 0, although the column of attempts stops at its largest number while rules count on. */
function unruledFailures(attempts: number, counts: Readonly<Record<string, number>>): number {
  const { [SCHEMA_LOOKS]: _looks, [RESUMPTIONS]: _resumptions, ...byRule } = counts
  return Math.max(
    0,
    Object.values(byRule).reduce((left, count) => left - count, attempts),
  )
}

function retryWaitMs(run: JobRun, error: unknown, rule: RetryOn | undefined, failures: number): number {
  if (error instanceof RetryAfter) return waitMsOf(error, "RetryAfter")
  try {
    return backoffMs(rule?.wait ?? run.definition.backoff, failures, error, rule?.jitter)
  } catch (thrown) {
    reportFunction(run, thrown)
    return backoffMs(undefined, failures, error, rule?.jitter)
  }
}

/** A function of a rule or backoff failed. The job's own error decides all the same. */
function reportFunction({ job, log }: JobRun, thrown: unknown): void {
  const details = { jobId: job.id, name: job.name, error: shortMessage(thrown) }
  log.warn("A function that decides about failures has failed itself", details)
}

function waitMsOf({ wait }: RetryAfter | Snooze | PauseKey, name: string): number {
  return Math.max(MIN_WAIT_MS, durationMs(durationOf(wait), [name]))
}
