import { setTimeout as wait } from "node:timers/promises"
import { protocolCall } from "../database/protocol-call.ts"
import {
  isBadRow,
  isLockTableFull,
  isRolledBackWhole,
  isTemporary,
  isTransient,
} from "../database/sqlstate.ts"
import type { Drainer } from "../session/drainer.ts"
import type { ClaimPosition } from "./position.ts"

/** Claims that fail one after the other before a drainer with nothing else to do gives up. */
const MOST_FAILURES = 6
const FIRST_WAIT_MS = 20
const LONGEST_WAIT_MS = 1_000

interface FailedClaim {
  readonly error: unknown
  readonly limit: number
  readonly spent: readonly number[]
  readonly isIdle: boolean
}

/** Makes the next claim smaller or later, as the error calls for. Throws the error if another claim wouldn't help. */
export async function handleFailedClaim(
  drainer: Drainer,
  position: ClaimPosition,
  { error, limit, spent, isIdle }: FailedClaim,
): Promise<void> {
  if (!isRolledBackWhole(error) || !(isTemporary(error) || isTransient(error) || isBadRow(error))) throw error
  drainer.held.keepSpent(spent)
  await unlockStrays(drainer)
  position.isCaughtUp = false
  if (isLockTableFull(error) && limit > 1) {
    shrinkClaims(drainer, position, limit)
  } else if (isBadRow(error) && position.largestReadable > 0) {
    position.largestReadable = limit > 1 ? Math.floor(limit / 2) : 0
  } else if (++position.failures > MOST_FAILURES && isIdle) {
    throw error
  } else {
    await waitAfterFailure(drainer, position, error)
  }
}

/**
 * Session locks outlive the statement that took them, also when it fails: what it had locked is released before anything
 * else. Throws when that fails, because a lock left behind would keep its job from everybody until the session ends.
 */
async function unlockStrays({ schema, held, queryWithRetry }: Drainer): Promise<void> {
  const { text, values } = protocolCall(schema, "unlock_strays", { p_held: held.ids() })
  await queryWithRetry(`select ${text}`, values)
}

function shrinkClaims({ log }: Drainer, position: ClaimPosition, limit: number): void {
  position.largestClaim = Math.floor(limit / 2)
  const remedy = "claiming smaller batches. Raise max_locks_per_transaction"
  log.warn(`The server's lock table is full: ${remedy}`, { limit })
}

async function waitAfterFailure(
  { lost, log }: Drainer,
  { failures }: ClaimPosition,
  error: unknown,
): Promise<void> {
  const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures)
  if (failures > 1) log.warn("A claim failed; trying again", { error: String(error) })
  await wait(waitMs, undefined, { signal: lost }).catch(() => {})
}
