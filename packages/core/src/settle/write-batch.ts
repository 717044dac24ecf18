import { retryWhileTemporary } from "../database/retry.ts"
import { isRolledBackWhole, isTemporary, meaningOf } from "../database/sqlstate.ts"
import type { RecordedText } from "../job/error-record.ts"
import type { Execution } from "../job/outcome.ts"
import type { Drainer } from "../session/drainer.ts"
import { timed } from "../session/tally.ts"
import { conclude, logDetails } from "./conclude.ts"
import { isUsualSuccess, resultOf } from "./outcome-json.ts"

/** How long a batch is tried as a whole, before its halves are: a row that somebody holds must not keep the others. */
const PATIENCE_MS = 1_000
/** How soon outcomes that could not be written are tried again. */
export const AGAIN_AFTER_MS = 1_000
/** What a result is reduced to before it is given up, in this order. See decision 21. */
const FORMS: readonly RecordedText[] = ["full", "ascii", "none"]

/** Sends one statement for the batch and returns the ids that it did not write, because the jobs belong to others. */
export type Send = (
  drainer: Drainer,
  batch: readonly Execution[],
  form: RecordedText,
) => Promise<readonly string[]>

/** How a batch, or a part of one, is written. */
interface Manner {
  readonly form: RecordedText
  readonly patienceMs: number
}

/**
 * Writes a batch at once. If that fails for a while, or because of one of its rows, writes it in halves; a single row is
 * written in simpler and simpler forms.
 */
export async function writeBatch(
  drainer: Drainer,
  batch: readonly Execution[],
  send: Send,
  leftMs: () => number,
  manner: Manner = { form: "full", patienceMs: PATIENCE_MS },
): Promise<void> {
  const { form } = manner
  try {
    if (leftMs() <= 0) return keep(drainer, batch)
    const patienceMs = Math.min(manner.patienceMs, leftMs())
    const lost = await retryWhileTemporary(drainer, patienceMs, () =>
      timed(drainer, "settle", send(drainer, batch, form)),
    )
    conclude(drainer, batch, lost)
  } catch (error) {
    if (!isRolledBackWhole(error) || drainer.lost.aborted) throw error
    if (meaningOf(error) === "misuse") {
      keep(drainer, batch)
      throw error
    }
    await writeInParts(drainer, batch, send, leftMs, { form, patienceMs: 0 }, error)
  }
}

async function writeInParts(
  drainer: Drainer,
  batch: readonly Execution[],
  send: Send,
  leftMs: () => number,
  manner: Manner,
  error: unknown,
): Promise<void> {
  const middle = Math.ceil(batch.length / 2)
  const simplerForm = FORMS[FORMS.indexOf(manner.form) + 1]
  if (batch.length > 1) {
    await writeBatch(drainer, batch.slice(0, middle), send, leftMs, manner)
    await writeBatch(drainer, batch.slice(middle), send, leftMs, manner)
  } else if (isTemporary(error)) {
    keep(drainer, batch)
  } else if (simplerForm && !batch.every(isPlainSuccess)) {
    await writeBatch(drainer, batch, send, leftMs, { ...manner, form: simplerForm })
  } else {
    for (const execution of batch) giveUp(drainer, execution, String(error))
  }
}

function keep({ unwritten }: Drainer, executions: readonly Execution[]): void {
  unwritten.executions.push(...executions)
  unwritten.againAtMs = performance.now() + AGAIN_AFTER_MS
}

/** The job stays locked until the drain ends; then it is in the state that it had before the claim, and runs again. */
export function giveUp({ tally, log }: Drainer, { job, outcome }: Execution, error: string): void {
  tally.lost++
  log.error("An outcome could not be written: the job will run again", {
    ...logDetails(job),
    outcome: outcome.kind,
    error,
  })
}

/** Success without a result has no simpler form. */
function isPlainSuccess(execution: Execution): boolean {
  return isUsualSuccess(execution) && resultOf(execution) === undefined
}
