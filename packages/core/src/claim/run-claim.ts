import { toPgArray } from "../database/array-literal.ts"
import type { ProtocolCall } from "../database/protocol-call.ts"
import type { ClaimedJob } from "../job/claimed-job.ts"
import type { Drainer } from "../session/drainer.ts"
import { timed } from "../session/tally.ts"
import { type Row, toClaimedJob } from "./claimed-row.ts"
import { handleFailedClaim } from "./failed-claim.ts"
import type { ClaimPosition } from "./position.ts"

/** Most bytes of jobs in one claim, and in all that a drainer holds. The drainer's memory use is a multiple of that. */
const MOST_BYTES_AT_ONCE = 4 * 1024 * 1024
const MOST_BYTES_HELD = 16 * 1024 * 1024
/** With this many outcomes that can't be written, more is wrong than a row or two. */
const MOST_UNWRITTEN = 100

/** What both SQL functions that claim return. */
export interface Claimed {
  claim_id: string | null
  claimed_at_ms: number
  jobs: Row[]
  /** Whether a drainer is dead, and to be reaped. */
  dead: boolean
  /** Jobs in flight that are to be canceled. */
  canceled: string[] | null
}

/** A further row of a claim: a payload that isn't with its job. */
interface PayloadRow {
  aside_id: string
  payload: unknown
  payload_key: string | null
}

/** Whether its memory is full, or what it performs can't be written: more jobs would only be lost with it. */
export function holdsTooMuch({ held, unwritten }: Drainer): boolean {
  return held.bytes() > MOST_BYTES_HELD - MOST_BYTES_AT_ONCE || unwritten.executions.length >= MOST_UNWRITTEN
}

/**
 * Sends one claim, of no more than can be read and locked, and holds the jobs that it brings. Returns undefined when the
 * claim failed and may be sent again.
 */
export async function runClaim<Result extends Claimed>(
  drainer: Drainer,
  position: ClaimPosition,
  room: number,
  isIdle: boolean,
  callOf: (limit: number, settled: string, spent: string, mostBytes: number) => ProtocolCall,
): Promise<(Result & { claimed: ClaimedJob[] }) | undefined> {
  const limit = Math.min(room, position.largestClaim, Math.max(1, position.largestReadable))
  const mostBytes = position.largestReadable === 0 ? 0 : MOST_BYTES_AT_ONCE
  const { settled, spent } = drainer.held.takeSettled()
  try {
    const { text, values } = callOf(limit, toPgArray(settled), toPgArray(spent), mostBytes)
    const sentAtMs = performance.now()
    const claiming = drainer.query(`select * from ${text}`, values)
    const [result, ...payloads] = (await timed(drainer, "claim", claiming)) as [Result, ...PayloadRow[]]
    position.failures = 0
    position.largestReadable =
      position.largestReadable === 0 ? Number.POSITIVE_INFINITY : position.largestReadable * 2
    if (result.canceled) drainer.cancelRequests.tell(result.canceled)
    return { ...result, claimed: holdJobs(drainer, result, payloads, sentAtMs) }
  } catch (error) {
    await handleFailedClaim(drainer, position, { error, limit, spent, isIdle })
    return undefined
  }
}

function holdJobs(
  { held, tally }: Drainer,
  { claim_id, claimed_at_ms, jobs }: Claimed,
  payloads: readonly PayloadRow[],
  sentAtMs: number,
): ClaimedJob[] {
  if (claim_id === null) return []
  if (jobs.length === 0) held.keepSpent([claim_id]) // a look that was noted for others
  const claim = {
    id: claim_id,
    databaseAtMs: claimed_at_ms,
    sentAtMs,
    arrivedAtMs: performance.now(),
    unsettled: jobs.length,
  }
  const aside = new Map(payloads.map((row) => [row.aside_id, row]))
  const claimed = jobs.map((row) => toClaimedJob(row, claim, aside.get(String(row[0]))))
  held.add(claimed)
  tally.claimed += claimed.length
  return claimed
}
