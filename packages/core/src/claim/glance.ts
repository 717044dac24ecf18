import { toPgArray } from "../database/array-literal.ts"
import { protocolCall } from "../database/protocol-call.ts"
import type { Deadline } from "../session/deadline.ts"
import type { Drainer } from "../session/drainer.ts"
import { timed } from "../session/tally.ts"
import { handleFailedClaim } from "./failed-claim.ts"
import type { ClaimPosition } from "./position.ts"

/** What a glance saw. */
export interface Glimpse {
  /** The place in the queue behind which the next claim looks. Null: from the start. */
  readonly behind: string | null
}

/** Returns undefined if no job is ready that the last look could not see. Unlocks what was settled before, as a claim does. */
export async function glance(
  drainer: Drainer,
  position: ClaimPosition,
  deadline: Deadline,
  isIdle: boolean,
): Promise<Glimpse | undefined> {
  const { settled, spent } = drainer.held.takeSettled()
  drainer.held.keepSpent(spent) // for the next claim
  const { text, values } = protocolCall(drainer.schema, "glance", {
    p_names: deadline.names(),
    p_settled: toPgArray(settled),
    p_seen: position.seen,
    p_priorities: toPgArray([...position.priorities]),
    p_fits_ms: deadline.fitsMs(),
    p_pool: drainer.pool,
  })
  try {
    const glancing = drainer.queryPrepared(`select * from ${text}`, values)
    const [row] = await timed(drainer, "claim", glancing)
    return row.is_ready ? row : undefined
  } catch (error) {
    await handleFailedClaim(drainer, position, { error, limit: 0, spent: [], isIdle })
    return undefined
  }
}
