import { checkOptions } from "../checks/field.ts"
import type { Queryable } from "../database/connection.ts"
import { jsonRows } from "../database/pool-queryable.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { WaitNotFoundError, WaitStateError } from "../errors.ts"
import { toJson } from "../job/payload.ts"
import { waitToken } from "../job/wait-token.ts"
import { COMPLETE_WAIT } from "./fields.ts"

export interface CompleteWaitOptions {
  /**
   * Completes a token that no job has opened or waits for, too: a job that comes to it within 30 days gets the value.
   * Default false: `WaitNotFoundError`.
   */
  readonly early?: boolean
}

/** Completes a token, and returns the ids of the jobs that are due then. */
export async function completeWait(
  database: Queryable,
  schema: string,
  token: string,
  value: unknown,
  options: CompleteWaitOptions,
): Promise<string[]> {
  waitToken.assert(token, ["token"])
  checkOptions(COMPLETE_WAIT, options, ["options"])
  const call = protocolCall(schema, "complete_wait", {
    p_token: token,
    p_value: value === undefined || value === null ? null : toJson(value, ["value"]).json,
    p_early: options.early ?? false,
  })
  const [row] = await jsonRows(
    database,
    `select outcome, to_json(job_ids::text[]) as job_ids from ${call.text}`,
    call.values,
  )
  assertCompleted(token, row.outcome)
  return row.job_ids
}

function assertCompleted(token: string, outcome: string): void {
  const name = JSON.stringify(token)
  if (outcome === "already_completed")
    throw new WaitStateError("wait_completed", `The wait for ${name} has been completed before`)
  if (outcome === "timed_out")
    throw new WaitStateError("wait_timed_out", `The wait for ${name} has timed out`)
  if (outcome === "unknown")
    throw new WaitNotFoundError(
      "wait_not_found",
      `No job waits for ${name}: check the token, or pass early: true to store the value for a job that waits for it later`,
    )
}
