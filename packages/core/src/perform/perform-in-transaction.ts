import type { Queryable } from "../database/connection.ts"
import { SluiceError } from "../errors.ts"
import type { Outcome } from "../job/outcome.ts"
import { outcomeJson } from "../settle/outcome-json.ts"
import { Context } from "./context.ts"
import { executionOf } from "./execution-of.ts"
import { deadlineAtMsOf, type JobRun } from "./job-run.ts"
import { successOutcome } from "./success.ts"
import type { RecordCompletion } from "./transactions.ts"

/**
 * Performs the job in a transaction that records its completion too, so that both commit or neither does. The drainer's
 * deadline aborts the transaction: a running statement hears no signal, and a rollback loses nothing that was committed.
 */
export function performInTransaction(run: JobRun, payload: unknown): Promise<Outcome> {
  const { connections, transactions } = run.environment
  const execution = { cancellation: run.cancellation, deadlineAtMs: deadlineAtMsOf(run) }
  return connections.withConnection(execution, () =>
    transactions.run(run.cancellation.signal, (transaction, record) =>
      performAndRecord(run, payload, transaction, record),
    ),
  )
}

async function performAndRecord(
  run: JobRun,
  payload: unknown,
  transaction: Queryable,
  record: RecordCompletion,
): Promise<Outcome> {
  const context = new Context(run, transaction)
  const result = await performAndEndReports(run, payload, context)
  if (context.checkpoints) await context.checkpoints.join() // throws the refusal of a step that nobody awaited
  run.cancellation.signal.throwIfAborted()
  await recordSuccess(run, await successOutcome(run, result), record)
  return { kind: "committed" }
}

/** A report that comes after the completion was recorded would meet its lock on the job's row. */
async function performAndEndReports(run: JobRun, payload: unknown, context: Context): Promise<unknown> {
  try {
    return await run.definition.perform(payload, context)
  } finally {
    context.reports?.end()
  }
}

async function recordSuccess(run: JobRun, outcome: Outcome, record: RecordCompletion): Promise<void> {
  const { job } = run
  const execution = executionOf(run, outcome)
  const withoutResult = mayBeRefused(outcome) ? outcomeJson(execution, "none") : undefined
  if (await record(job.id, outcomeJson(execution), withoutResult)) return
  throw new SluiceError(
    "job_lost",
    `Job ${job.id} no longer belongs to this drainer; its transaction was rolled back`,
  )
}

/** A server whose encoding isn't UTF-8 can't store all characters beyond ASCII. */
function mayBeRefused(outcome: Outcome): boolean {
  return outcome.kind === "succeeded" && /[^ -~]/.test(outcome.resultJson ?? "")
}
