import { setTimeout as wait } from "node:timers/promises"
import type { Execution } from "../job/outcome.ts"
import type { Drainer } from "../session/drainer.ts"
import { conclude } from "./conclude.ts"
import { isUsualSuccess, resultOf } from "./outcome-json.ts"
import { sendOutcomes, sendSuccesses } from "./send-outcomes.ts"
import { AGAIN_AFTER_MS, giveUp, writeBatch } from "./write-batch.ts"

/** Most bytes of results and logs in one statement, by the characters of their JSON. */
const LARGEST_STATEMENT = 4 * 1024 * 1024

/**
 * Writes the outcomes of executions, and tallies them. Their locks are kept until the drainer's next claim: a lock that is
 * held a little longer does no harm, while one that is released before others see the commit does.
 * Outcomes that can't be written yet are kept in `drainer.unwritten`, and the next call tries again. A row that can never
 * be written is logged and left, and doesn't hold up the others. Throws only if this session can write nothing more.
 *
 * @param leftMs The time left. Outcomes that can't be written in that time are kept.
 */
export async function settle(
  drainer: Drainer,
  executions: readonly Execution[],
  leftMs: () => number = forever,
): Promise<void> {
  await writeAll(drainer, executions, leftMs)
  const { unwritten } = drainer
  if (unwritten.executions.length === 0 || performance.now() < unwritten.againAtMs) return
  await writeAll(drainer, unwritten.executions.splice(0), leftMs)
}

/** The last settle of a drain: tries until everything is written or the time is up, and logs what isn't written. */
export async function settleAll(
  drainer: Drainer,
  executions: readonly Execution[],
  leftMs: () => number,
): Promise<void> {
  const { unwritten, lost } = drainer
  unwritten.againAtMs = 0
  await settle(drainer, executions, () => Math.max(1, leftMs())) // at least once, however late it is
  while (unwritten.executions.length > 0 && leftMs() > 0) {
    await wait(Math.min(AGAIN_AFTER_MS, leftMs()), undefined, { signal: lost }).catch(() => {})
    lost.throwIfAborted()
    unwritten.againAtMs = 0
    await settle(drainer, [], leftMs)
  }
  for (const execution of unwritten.executions.splice(0)) giveUp(drainer, execution, "time was up")
}

function forever(): number {
  return Number.POSITIVE_INFINITY
}

async function writeAll(
  drainer: Drainer,
  executions: readonly Execution[],
  leftMs: () => number,
): Promise<void> {
  const successes = executions.filter(isUsualSuccess)
  for (const batch of toBatches(successes)) await writeBatch(drainer, batch, sendSuccesses, leftMs)
  if (successes.length === executions.length) return
  for (const batch of toBatches(executions.filter(hasDetails)))
    await writeBatch(drainer, batch, sendOutcomes, leftMs)
  conclude(drainer, executions.filter(needsNoWriting))
}

function needsNoWriting({ outcome: { kind } }: Execution): boolean {
  return kind === "committed" || kind === "lost"
}

function hasDetails(execution: Execution): boolean {
  return !needsNoWriting(execution) && !isUsualSuccess(execution)
}

/** Splits executions where their results and logs would become too large for one statement. */
function toBatches(executions: readonly Execution[]): Execution[][] {
  const batches: Execution[][] = []
  let size = Number.POSITIVE_INFINITY
  for (const execution of executions) {
    size += (resultOf(execution)?.length ?? 0) + (execution.logs?.length ?? 0)
    if (size > LARGEST_STATEMENT) {
      batches.push([])
      size = 0
    }
    batches.at(-1)?.push(execution)
  }
  return batches
}
