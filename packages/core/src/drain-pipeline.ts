import { claim } from "./claim/claim.ts"
import { createLane } from "./claim/lane.ts"
import type { ClaimPosition } from "./claim/position.ts"
import type { ClaimedJob } from "./job/claimed-job.ts"
import type { Execution } from "./job/outcome.ts"
import type { JobRunner } from "./perform/job-runner.ts"
import type { Deadline } from "./session/deadline.ts"
import type { Drainer } from "./session/drainer.ts"
import { runMaintenance } from "./session/maintenance.ts"
import { settle } from "./settle/settle.ts"

/**
 * The claims and settles of a drain, so that Postgres works while Node performs: the next claim is sent before the jobs of
 * the last one are performed, and their outcomes are sent while it is under way. At most one of each is. Maintenance follows the
 * first claim.
 */
export interface Pipeline {
  /** Returns the jobs of the claim that was sent ahead, or of one that is sent now. */
  claim(): Promise<ClaimedJob[]>
  /** Sends the next claim if the last one left more jobs and the runner has room. Its answer ends the runner's wait. */
  claimAhead(): void
  /** Writes outcomes; returns at once while a claim is under way. What fails later is thrown by the next call. */
  settle(executions: readonly Execution[]): Promise<void>
  /** Whether the drain has something else to do than wait for executions to end. */
  isAwaited(): boolean
  /** Waits for what is under way. Returns jobs that nobody will start. */
  end(): Promise<ClaimedJob[]>
}

export function createPipeline(parts: {
  drainer: Drainer
  position: ClaimPosition
  deadline: Deadline
  runner: JobRunner
}): Pipeline {
  const { drainer, position, deadline, runner } = parts
  const lane = createLane(drainer, position, deadline)
  let claiming: Promise<ClaimedJob[]> | undefined
  let isClaimAnswered = false
  let settling = Promise.resolve()
  let isSettling = false
  let maintaining: Promise<void> | undefined

  return {
    async claim() {
      if (drainer.settledHooks) await drainer.settledHooks.untilRoom()
      const isHeldUp = drainer.settledHooks?.isFull()
      const isSentAhead = claiming !== undefined
      claiming ??= sendClaim(runner.isIdle())
      try {
        const claimed = await claiming
        maintaining ??= maintain() // not before the first jobs can start
        return claimed
      } finally {
        claiming = undefined
        // it has not looked at what the jobs that were performed meanwhile have stored, made due again, or freed by their outcomes,
        // which are written before the next claim that isn't sent ahead
        if (isSentAhead || isHeldUp) position.isCaughtUp = false
      }
    },
    claimAhead() {
      if (claiming || !position.hasMore || room() === 0) return
      isClaimAnswered = false
      claiming = sendClaim(false)
      claiming.then(noteAnswer, noteAnswer)
    },
    async settle(executions) {
      await settling.catch((error) => {
        drainer.unwritten.executions.push(...executions) // the end of the drain tries to write them
        throw error
      })
      const isHurried = claiming && drainer.unwritten.executions.length === 0 && !executions.some(mayRunAgain)
      settling = sendOutcomes(executions)
      if (!isHurried) await settling
      else settling.catch(runner.interrupt)
    },
    isAwaited: () => (claiming ? isClaimAnswered : isSettling && runner.isIdle()),
    async end() {
      const [claimed, settled] = await Promise.allSettled([claiming ?? [], settling, maintaining])
      if (settled.status === "rejected") throw settled.reason
      if (claimed.status === "rejected") throw claimed.reason
      return claimed.value
    },
  }

  async function sendClaim(isIdle: boolean): Promise<ClaimedJob[]> {
    if (room() === 0) return claim(drainer, position, deadline, 0, isIdle)
    if (!(await lane.enter())) return standBy(position)
    const sentAtMs = performance.now()
    const claimed = await claim(drainer, position, deadline, room(), isIdle)
    lane.noteClaim(claimed.length, sentAtMs)
    return claimed
  }

  function maintain(): Promise<void> {
    const { query, schema, log, payloads } = drainer
    return runMaintenance(query, schema, log, payloads?.store)
  }

  function room(): number {
    return drainer.settledHooks?.isFull() ? 0 : runner.room()
  }

  function noteAnswer(): void {
    isClaimAnswered = true
    runner.interrupt()
  }

  async function sendOutcomes(executions: readonly Execution[]): Promise<void> {
    isSettling = true
    await settle(drainer, executions, deadline.untilStopMs)
    isSettling = false
  }
}

/**
 * The next claim may meet such a job again, and has to release its lock first: so it is sent after the answer. Otherwise the
 * session would hold the lock twice.
 */
function mayRunAgain({ outcome: { kind } }: Execution): boolean {
  return kind === "retried" || kind === "snoozed"
}

/** Until the next claim the drainer knows of no more jobs, and can't tell that there are none. */
function standBy(position: ClaimPosition): ClaimedJob[] {
  position.hasMore = false
  position.isCaughtUp = false
  return []
}
