import { toPgArray } from "../database/array-literal.ts"
import type { ProtocolCall } from "../database/protocol-call.ts"
import { mostHeld } from "../job/batch-size.ts"
import type { ClaimedJob } from "../job/claimed-job.ts"
import type { Drainer } from "../session/drainer.ts"
import { timed } from "../session/tally.ts"
import { type Row, toClaimedJob } from "./claimed-row.ts"
import { handleFailedClaim } from "./failed-claim.ts"
import type { ClaimPosition } from "./position.ts"

/** Most bytes of jobs in one claim, and in all that a drainer holds. The drainer's memory use is a multiple of that. */
const MOST_BYTES_AT_ONCE = 8 * 1024 * 1024
const MOST_BYTES_HELD = 16 * 1024 * 1024
/** With this many outcomes that can't be written, more is wrong than a row or two. */
const MOST_UNWRITTEN = 100

/** A payload's row has a few columns only: each of a claim's would cost a tenth of a microsecond, on either side. */
const COLUMNS =
  "case when c.aside_id is null then pg_catalog.to_json(c) end as answer, c.aside_id, c.payload, c.payload_key"

/** What the SQL functions that claim return in their first row. */
export interface Claimed {
  claim_id: number | null
  claimed_at_ms: number
  jobs: Row[]
  /** Whether a drainer is dead, and to be reaped. */
  dead: boolean
  /** Jobs in flight that are to be canceled. */
  canceled: string[] | null
}

/** No row: a glance has seen nothing. */
type ClaimRows<Result> = [{ answer: Result }, ...PayloadRow[]] | []

/** A further row of a claim: a payload that isn't with its job. */
interface PayloadRow {
  aside_id: string
  payload: unknown
  payload_key: string | null
}

/** Whether its memory or its share of locks is full, or what it performs can't be written: more jobs would only be lost with it. */
export function holdsTooMuch(drainer: Drainer): boolean {
  const { held, unwritten, drainers, hasLane, lockRoom } = drainer
  const isFull =
    held.bytes() > MOST_BYTES_HELD - MOST_BYTES_AT_ONCE ||
    held.unsettled() >= mostHeld(drainers, hasLane, lockRoom)
  return isFull || unwritten.executions.length >= MOST_UNWRITTEN
}

/**
 * Sends one claim, of no more than can be read and locked, and holds the jobs that it brings. Returns undefined when the
 * claim failed and may be sent again, or was a glance that has seen nothing.
 */
export async function runClaim<Result extends Claimed>(
  drainer: Drainer,
  position: ClaimPosition,
  room: number,
  isIdle: boolean,
  callOf: (limit: number, settled: string, spent: string, mostBytes: number) => ProtocolCall,
): Promise<(Result & { claimed: ClaimedJob[] }) | undefined> {
  const { largestClaim, largestReadable, mostThatFit } = position
  const limit = Math.min(room, largestClaim, mostThatFit, Math.max(1, largestReadable))
  const mostBytes = largestReadable === 0 ? 0 : MOST_BYTES_AT_ONCE
  const { settled, spent } = drainer.held.takeSettled()
  try {
    const { text, values } = callOf(limit, toPgArray(settled), toPgArray(spent), mostBytes)
    const sentAtMs = performance.now()
    position.sentAtMs = sentAtMs
    const claiming = drainer.queryPrepared(`select ${COLUMNS} from ${text} c`, values)
    const [first, ...payloads] = (await timed(drainer, "claim", claiming)) as ClaimRows<Result>
    position.failures = 0
    if (!first) {
      drainer.held.keepSpent(spent)
      return undefined
    }
    const { answer } = first
    position.largestReadable =
      position.largestReadable === 0 ? Number.POSITIVE_INFINITY : position.largestReadable * 2
    if (answer.canceled) drainer.cancelRequests.tell(answer.canceled)
    const claimed = holdJobs(drainer, answer, payloads, sentAtMs)
    position.mostThatFit = howManyFit(claimed)
    return { ...answer, claimed }
  } catch (error) {
    await handleFailedClaim(drainer, position, { error, limit, spent, isIdle })
    return undefined
  }
}

/** How many jobs as large as these are returned at once. More would only be locked, looked at and unlocked again. */
function howManyFit(jobs: readonly ClaimedJob[]): number {
  const bytes = jobs.reduce((sum, job) => sum + job.bytes, 0)
  if (bytes === 0) return Number.POSITIVE_INFINITY
  return Math.max(1, Math.floor((jobs.length * MOST_BYTES_AT_ONCE) / bytes))
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
