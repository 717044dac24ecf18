import { toPgArray } from "../database/array-literal.ts"
import { protocolCall } from "../database/protocol-call.ts"
import type { ClaimedJob } from "../job/claimed-job.ts"
import type { Deadline } from "../session/deadline.ts"
import type { Drainer } from "../session/drainer.ts"
import { computeKeys } from "./compute-keys.ts"
import { expireJobs } from "./expire.ts"
import { advance, type ClaimPosition, type Look, nextPriority } from "./position.ts"
import { reap } from "./reap.ts"
import { type Claimed, holdsTooMuch, runClaim } from "./run-claim.ts"

/**
 * Claims up to `room` ready jobs under advisory locks and, in the same round trip, unlocks what was settled before.
 * Claims suspects of dead drainers when it is their turn, and nothing while they run. Reaps a dead drainer, and computes the
 * keys of jobs that were enqueued without their definition.
 */
export async function claim(
  drainer: Drainer,
  position: ClaimPosition,
  deadline: Deadline,
  room: number,
  isIdle: boolean,
): Promise<ClaimedJob[]> {
  const isFull = holdsTooMuch(drainer)
  position.isCutShort = false
  position.hasMore = false
  if (isFull && isIdle) position.isCaughtUp = true // nothing to wait for but what is not written yet
  const turn = position.suspects.nextTurn(isIdle)
  if (turn === "suspects" && !isFull) return claimSuspects(drainer, position, deadline.names(), room)
  const limit = turn === "ordinary" && !isFull ? room : 0
  if (limit === 0 && !drainer.isBeatDue()) return []
  if (limit > 0 && position.turns.isNext(nextPriority(position)))
    return claimFair(drainer, position, deadline, limit)
  return claimInOrder(drainer, position, deadline, limit, isIdle)
}

/** Jobs by priority and age. With a limit of 0 it still unlocks, looks for the dead, and shows that the drainer lives. */
async function claimInOrder(
  drainer: Drainer,
  position: ClaimPosition,
  deadline: Deadline,
  limit: number,
  isIdle: boolean,
): Promise<ClaimedJob[]> {
  const startedAtMs = performance.now()
  const isGlance = limit > 0 && position.mayGlance && position.glances.areEnough(position)
  position.hasGlanced = isGlance
  const batch = await runClaim<Batch>(drainer, position, limit, isIdle, (most, settled, spent, mostBytes) =>
    protocolCall(drainer.schema, isGlance ? "glance" : "claim", {
      p_drainer: drainer.id,
      p_backend: drainer.backendPid,
      p_limit: most,
      p_names: deadline.names(),
      p_resume_after: position.resumeAfter,
      p_settled: settled,
      p_spent: spent,
      p_seen: startedAtMs > position.allAgainAtMs && !isGlance ? null : position.seen,
      p_priorities: toPgArray([...position.priorities]),
      p_fits_ms: deadline.fitsMs(),
      p_max_bytes: mostBytes,
      p_last_claim: position.isPassingOver ? null : position.lastClaim,
      p_looked_ms_ago: position.isLookPutOff ? -1 : startedAtMs - position.fromStartAtMs,
      p_pass: position.pass,
      p_pool: drainer.pool,
    }),
  )
  if (!batch) return []
  const { claimed, more } = batch
  drainer.drainers = batch.drainers
  const isBehindSeen = isGlance && !batch.from_start
  position.hasGlanced = isBehindSeen
  if (!isBehindSeen || more) advance(position, batch, claimed.length >= limit, startedAtMs)
  position.glances.noteClaimed(claimed.length, isGlance)
  position.isCutShort = more && claimed.length < limit
  position.hasMore = more && claimed.length > 0
  const hasSeenAll = (batch.from_start || isBehindSeen) && !more
  position.turns.noteOrdinary(batch.from_start ? batch.fair : undefined)
  position.suspects.noteWaiting(batch.suspects, hasSeenAll && claimed.length === 0)
  const isReaping = batch.dead && (await reap(drainer, position))
  const isKeying = batch.unkeyed && (await computeKeys(drainer, position, deadline.names()))
  const isExpiring = batch.expired && (await expireJobs(drainer))
  const areOthersWaiting = position.turns.areWaiting() || (isIdle && position.suspects.areWaiting())
  position.isCaughtUp = hasSeenAll && !isReaping && !isKeying && !isExpiring && !areOthersWaiting
  return claimed
}

/** Jobs of which those with different keys take turns. */
async function claimFair(
  drainer: Drainer,
  position: ClaimPosition,
  deadline: Deadline,
  limit: number,
): Promise<ClaimedJob[]> {
  const startedAtMs = performance.now()
  const batch = await runClaim<Turn>(drainer, position, limit, false, (most, settled, spent, mostBytes) => {
    const { mostLookedAt, fromStart } = position.turns.look(most)
    return protocolCall(drainer.schema, "claim_fair", {
      p_drainer: drainer.id,
      p_backend: drainer.backendPid,
      p_limit: most,
      p_names: deadline.names(),
      p_settled: settled,
      p_spent: spent,
      p_fits_ms: deadline.fitsMs(),
      p_max_bytes: mostBytes,
      p_most_looked_at: mostLookedAt,
      p_from_start: fromStart,
      p_pool: drainer.pool,
    })
  })
  if (!batch) return []
  const { claimed, turns, more, dead } = batch
  position.turns.noteClaimed(claimed.length, more, startedAtMs)
  position.isCaughtUp = false
  position.hasMore = claimed.length > 0
  position.isCutShort = more && claimed.length < limit
  if (dead) await reap(drainer, position)
  const places = new Map(turns.map((id, place) => [id, place]))
  return claimed.sort((one, other) => (places.get(one.id) ?? 0) - (places.get(other.id) ?? 0))
}

async function claimSuspects(
  drainer: Drainer,
  position: ClaimPosition,
  names: readonly string[],
  room: number,
): Promise<ClaimedJob[]> {
  const group = await runClaim<Claimed>(drainer, position, room, true, (most, settled, spent, mostBytes) =>
    protocolCall(drainer.schema, "claim_suspects", {
      p_drainer: drainer.id,
      p_backend: drainer.backendPid,
      p_limit: most,
      p_names: names,
      p_settled: settled,
      p_spent: spent,
      p_max_bytes: mostBytes,
      p_trusted: position.suspects.trustedCount(),
      p_pool: drainer.pool,
    }),
  )
  const claimed = group?.claimed ?? []
  position.suspects.noteClaimed(claimed.length)
  if (group?.dead) await reap(drainer, position)
  return claimed
}

/** The row that the SQL function `claim_fair` returns. */
interface Turn extends Claimed {
  /** The ids of the jobs in the order of their turns. */
  turns: string[]
  /** Whether there may be more of them. */
  more: boolean
}

/** The row that the SQL function `claim` returns. */
interface Batch extends Claimed, Look {
  /** How many drainers live, this one among them. */
  drainers: number
  /** Whether suspects wait that this drainer can perform. */
  suspects: boolean
  /** Of a look from the start: the most urgent priority of jobs that take turns. Null: none wait. */
  fair: number | null
  /** Whether jobs have expired. */
  expired: boolean
  /** Whether jobs wait whose concurrency keys this drainer can compute. */
  unkeyed: boolean
}
