import { giveBack } from "./claim/give-back.ts"
import { type ClaimPosition, createClaimPosition } from "./claim/position.ts"
import { release, releaseAfterError } from "./drain-end.ts"
import { checkOptions, type DrainOptions, type DrainSettings } from "./drain-options.ts"
import { createPipeline, type Pipeline } from "./drain-pipeline.ts"
import { type DrainSummary, summarize, summarizeNothing } from "./drain-summary.ts"
import { closeExecutors } from "./executors/close-executors.ts"
import type { Execution } from "./job/outcome.ts"
import { type CancelWatch, createCancelWatch } from "./perform/cancel-watch.ts"
import { createConnectionLimiter } from "./perform/connection-limiter.ts"
import { createJobRunner, type JobRunner } from "./perform/job-runner.ts"
import { createTransactions } from "./perform/transactions.ts"
import { createDeadline } from "./session/deadline.ts"
import { type Drainer, openDrainer } from "./session/drainer.ts"
import { timed } from "./session/tally.ts"
import type { Sluice } from "./sluice.ts"
import { createNameAnnouncer } from "./wake/announce-names.ts"
import { createLinger, type Linger } from "./wake/linger.ts"
import { createOtherPools } from "./wake/other-pools.ts"
import { createScaleOut } from "./wake/scale-out.ts"
import { leaveWakeUp } from "./wake/wake-up.ts"

/**
 * Performs due jobs until none is left or time is up.
 * Throws `PoolerError`, `SchemaError`, `DatabaseUnavailableError`, or `SessionLostError` if the connection broke during the
 * drain: the next drainer then performs the jobs that were running.
 */
export async function drain(sluice: Sluice, options: DrainOptions): Promise<DrainSummary> {
  const startedAtMs = performance.now()
  const settings = checkOptions(sluice, options)
  const drainer = await openDrainer(settings)
  if (!drainer) return summarizeNothing(startedAtMs)
  settings.onOpen?.()

  const parts = createParts(drainer, settings)
  const { position, deadline, runner, pipeline, announcer, scaleOut, otherPools } = parts
  try {
    while (deadline.remains() && !drainer.lost.aborted) {
      runner.start(await pipeline.claim())
      runner.start(await giveBack(drainer, position, runner.takeExcess()))
      if (isOutOfWork(parts)) break
      await pipeline.settle(await perform(parts))
      await announcer.tell(deadline.names())
      await scaleOut.invokeIfNeeded()
      otherPools.wakeNowAndThen()
    }
    await announcer.tell(deadline.names())
    const { stuck, leftover } = await release(parts)
    if (!leftover.dueWork) await otherPools.wake() // otherwise its successor does
    await leaveWakeUp(drainer, leftover, settings)
    return summarize(drainer, stuck, leftover, startedAtMs)
  } catch (error) {
    throw await releaseAfterError(parts, error)
  } finally {
    await parts.end()
  }
}

function createParts(drainer: Drainer, settings: DrainSettings) {
  const position = createClaimPosition(settings.definitions, settings.wasWoken)
  const deadline = createDeadline({ ...settings, usualMs: drainer.usualMs })
  const transactions = createTransactions(drainer, settings)
  const connections = createConnectionLimiter(drainer, settings.maxDrainers)
  const runner = createJobRunner({ ...settings, drainer, deadline, transactions, connections })
  settings.stop?.addEventListener("abort", runner.hurry)
  return {
    drainer,
    settings,
    position,
    deadline,
    runner,
    pipeline: createPipeline({ drainer, position, deadline, runner }),
    cancelWatch: createCancelWatch(drainer, runner),
    linger: createLinger(drainer, position, deadline, settings),
    announcer: createNameAnnouncer(drainer, settings),
    scaleOut: createScaleOut(drainer, position, deadline, settings),
    otherPools: createOtherPools(settings),
    async end() {
      settings.stop?.removeEventListener("abort", runner.hurry)
      await Promise.all([
        transactions.end(),
        closeExecutors(settings.definitions.values(), settings.log),
        drainer.settledHooks?.end(settings.untilGiveUpMs()),
      ])
      // stuck jobs keep their locks, so that nobody else performs them
      if (runner.isEmpty()) await drainer.end()
    },
  }
}

interface Loop {
  readonly drainer: Drainer
  readonly position: ClaimPosition
  readonly runner: JobRunner
  readonly pipeline: Pipeline
  readonly cancelWatch: CancelWatch
  readonly linger: Linger
}

/** Whether nothing runs, and nothing is due or worth waiting for, or others perform it. */
function isOutOfWork({ position, runner, linger }: Loop): boolean {
  if (!runner.isIdle()) return false
  return (
    linger.isSuperfluous() ||
    (position.isCaughtUp && !position.hasGlanced && !position.suspects.areWaiting() && !linger.shouldStay())
  )
}

/** A drain in which nothing ends for this long has jobs that take long enough for somebody to cancel them. */
const LONG_JOB_MS = 250

/** Has the next jobs claimed, and waits for executions to end, at most until those jobs come or it is time to look for work. */
async function perform({ drainer, runner, pipeline, cancelWatch, linger }: Loop): Promise<Execution[]> {
  pipeline.claimAhead()
  const untilLookMs = await linger.untilLookMs(runner)
  const waitMs = pipeline.isAwaited() ? 0 : untilLookMs
  const ended = await timed(drainer, "perform", runner.outcomes(waitMs))
  if (ended.length === 0 && waitMs >= LONG_JOB_MS && !runner.isIdle()) await cancelWatch.listen()
  return ended
}
