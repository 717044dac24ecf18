import { protocolCall } from "../database/protocol-call.ts"
import { isBadRow } from "../database/sqlstate.ts"
import type { Drainer } from "../session/drainer.ts"
import type { JobSession } from "../session/job-session.ts"

/**
 * Records a job's completion in the session's transaction and returns whether the job still belongs to the drainer.
 * If Postgres can't store the outcome, records the one without the result.
 */
export async function recordCompletion(
  drainer: Drainer,
  session: JobSession,
  jobId: string,
  outcomeJson: string,
  withoutResult?: string,
): Promise<boolean> {
  if (withoutResult === undefined) return settleInTransaction(drainer, session, jobId, outcomeJson)
  await session.query("savepoint sluice_record")
  try {
    return await settleInTransaction(drainer, session, jobId, outcomeJson)
  } catch (error) {
    if (!isBadRow(error)) throw error
    await session.query("rollback to savepoint sluice_record")
    drainer.log.warn("Postgres can't store the result: the job succeeded without it", {
      jobId,
      error: String(error),
    })
    return settleInTransaction(drainer, session, jobId, withoutResult)
  }
}

async function settleInTransaction(
  drainer: Drainer,
  session: JobSession,
  jobId: string,
  outcomeJson: string,
): Promise<boolean> {
  const { text, values } = protocolCall(drainer.schema, "settle_outcomes", {
    p_drainer: drainer.id,
    p_outcomes: `[${outcomeJson}]`,
  })
  const [{ lost }] = await session.query(`select ${text}::pg_catalog.text[] as lost`, values)
  return !lost.includes(jobId)
}
