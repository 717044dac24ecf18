import { setTimeout as wait } from "node:timers/promises"
import { toPgArray } from "../database/array-literal.ts"
import { type ProtocolCall, protocolCall } from "../database/protocol-call.ts"
import { isBadRow, isRolledBackWhole, isTemporary, isTransient } from "../database/sqlstate.ts"
import type { Claim, ClaimedJob } from "../job/claimed-job.ts"
import type { Deadline } from "../session/deadline.ts"
import type { Drainer } from "../session/drainer.ts"
import { timed } from "../session/tally.ts"
import type { ClaimPosition } from "./position.ts"
import { isLockTableFull, reap } from "./reap.ts"

/** How often a drainer that goes on from its mark looks from the start, where urgent and retried jobs come in. */
const LOOK_FROM_START_EVERY_MS = 1_000
/**
 * How often a look from the start goes through everything, what was seen before too, where jobs of long transactions come
 * in. It passes every deleted row that vacuum couldn't remove, so one that takes long comes seldom.
 */
const LOOK_AT_ALL_EVERY_MS = 1_000
const LONGEST_SHARE_OF_LOOKS = 0.05
/** More are not told apart: looks pass the deleted rows of the others. */
const MOST_PRIORITIES = 100
/** Most bytes of jobs in one claim, and of those that a drainer holds in all: what it keeps in memory is some times that. */
const MOST_BYTES_AT_ONCE = 4 * 1024 * 1024
const MOST_BYTES_HELD = 16 * 1024 * 1024
/** With so many outcomes that can't be written, something is wrong with more than a row or two. */
const MOST_UNWRITTEN = 100
/** Claims that fail one after the other before a drainer with nothing else to do gives up. */
const MOST_FAILURES = 6
const FIRST_WAIT_MS = 20
const LONGEST_WAIT_MS = 1_000

/**
 * Takes up to `room` ready jobs under advisory locks and, in the same round trip, unlocks what was settled before.
 * Takes suspects of dead drainers when it is their turn, and nothing while they run. Reaps a drainer that is dead.
 */
export async function claim(
  drainer: Drainer,
  position: ClaimPosition,
  deadline: Deadline,
  room: number,
  isIdle: boolean,
): Promise<ClaimedJob[]> {
  const names = deadline.names()
  const { suspects } = position
  const now = performance.now()
  position.isCutShort = false
  const turn = suspects.turn(isIdle)
  const isFull = holdsTooMuch(drainer)
  if (isFull && isIdle) position.isCaughtUp = true // nothing to wait for but what is not written yet
  if (turn === "suspects" && !isFull) return claimSuspects(drainer, position, names, room)
  const limit = turn === "ordinary" && !isFull ? room : 0
  if (limit === 0 && !drainer.isSilent()) return []

  const fromStart = position.resumeAfter === null || now - position.fromStartAtMs > LOOK_FROM_START_EVERY_MS
  const taken = await take<Batch>(drainer, position, limit, isIdle, (most, settled, spent, mostBytes) =>
    protocolCall(drainer.schema, "claim", {
      p_drainer: drainer.id,
      p_backend: drainer.backendPid,
      p_limit: most,
      p_names: names,
      p_resume_after: fromStart ? null : position.resumeAfter,
      p_settled: settled,
      p_spent: spent,
      p_seen: now > position.allAgainAtMs ? null : position.seen,
      p_priorities: toPgArray([...position.priorities]),
      p_fits_ms: deadline.fitsMs(),
      p_max_bytes: mostBytes,
    }),
  )
  if (!taken) return []
  if (fromStart) lookedFromStart(position, taken, now)
  position.resumeAfter = taken.more ? taken.resume_after : null
  position.isCutShort = taken.more && taken.claimed.length < limit
  notePriority(position, taken)
  const isThrough = fromStart && !taken.more
  suspects.see(taken.suspects, isThrough && taken.claimed.length === 0)
  const isReaping = taken.dead && (await reap(drainer, position))
  position.isCaughtUp = isThrough && !isReaping && !(isIdle && suspects.wait())
  return taken.claimed
}

function lookedFromStart(
  position: ClaimPosition,
  { whole, more, seen, due_in_ms }: Batch,
  atMs: number,
): void {
  position.fromStartAtMs = atMs
  position.dueAtMs = due_in_ms === null ? Number.POSITIVE_INFINITY : atMs + due_in_ms
  if (!more) position.seen = seen
  if (!whole) return
  const tookMs = performance.now() - atMs
  position.allAgainAtMs = atMs + Math.max(LOOK_AT_ALL_EVERY_MS, tookMs / LONGEST_SHARE_OF_LOOKS)
  if (more) position.seen = null
}

/** A position begins with its priority. */
function notePriority({ priorities }: ClaimPosition, { resume_after: resumeAfter }: Batch): void {
  if (resumeAfter === null || priorities.size >= MOST_PRIORITIES) return
  priorities.add(Number.parseInt(resumeAfter.slice(1), 10))
}

async function claimSuspects(
  drainer: Drainer,
  position: ClaimPosition,
  names: readonly string[],
  room: number,
): Promise<ClaimedJob[]> {
  const taken = await take<Group>(drainer, position, room, true, (limit, settled, spent, mostBytes) =>
    protocolCall(drainer.schema, "claim_suspects", {
      p_drainer: drainer.id,
      p_backend: drainer.backendPid,
      p_limit: limit,
      p_names: names,
      p_settled: settled,
      p_spent: spent,
      p_max_bytes: mostBytes,
      p_trusted: position.suspects.trusted(),
    }),
  )
  position.suspects.take(taken?.claimed.length ?? 0)
  if (taken?.dead) await reap(drainer, position)
  return taken?.claimed ?? []
}

/** A job as the SQL function `second_look` returns it. */
type Row = [
  id: number,
  fence: number,
  name: string,
  payload: unknown,
  queue: string,
  enqueuedAt: string,
  unusual: Unusual | null,
]
type Unusual = Omit<ClaimedJob, "id" | "claim" | "fence" | "name" | "payload" | "queue" | "enqueuedAt">

interface Group {
  claim_id: string
  claimed_at_ms: number
  jobs: Row[]
  /** Whether a drainer is dead, and to be reaped. */
  dead: boolean
}

interface Batch extends Group {
  resume_after: string | null
  more: boolean
  suspects: boolean
  due_in_ms: number | null
  seen: string
  /** It looked at everything. */
  whole: boolean
}

/** Session locks outlive a statement that fails, so what it had locked is given back before anything else. */
async function take<Taken extends Group>(
  drainer: Drainer,
  position: ClaimPosition,
  room: number,
  isIdle: boolean,
  callOf: (limit: number, settled: string, spent: string, mostBytes: number) => ProtocolCall,
): Promise<(Taken & { claimed: ClaimedJob[] }) | undefined> {
  const { held } = drainer
  const limit = Math.min(room, position.largestClaim, Math.max(1, position.largestReadable))
  const mostBytes = position.largestReadable === 0 ? 0 : MOST_BYTES_AT_ONCE
  const { settled, spent } = held.takeSettled()
  try {
    const { text, values } = callOf(limit, toPgArray(settled), toPgArray(spent), mostBytes)
    const claiming = drainer.query(`select * from ${text}`, values)
    const [taken] = (await timed(drainer, "claim", claiming)) as [Taken]
    position.failures = 0
    position.largestReadable =
      position.largestReadable === 0 ? Number.POSITIVE_INFINITY : position.largestReadable * 2
    return { ...taken, claimed: remember(drainer, taken) }
  } catch (error) {
    if (!isRolledBackWhole(error) || !(isTemporary(error) || isTransient(error) || isBadRow(error)))
      throw error
    held.keepSpent(spent)
    // a lock that a failed claim has left keeps its job from everybody: the session is ended rather than that
    const unlock = protocolCall(drainer.schema, "unlock_strays", { p_held: held.ids() })
    await drainer.queryWithRetry(`select ${unlock.text}`, unlock.values)
    position.isCaughtUp = false
    if (isLockTableFull(error) && limit > 1) shrinkClaims(drainer, position, limit)
    else if (isBadRow(error) && position.largestReadable > 0)
      position.largestReadable = limit > 1 ? Math.floor(limit / 2) : 0
    else if (++position.failures > MOST_FAILURES && isIdle) throw error
    else await pause(drainer, position, error)
    return undefined
  }
}

async function pause({ lost, log }: Drainer, { failures }: ClaimPosition, error: unknown): Promise<void> {
  const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures)
  if (failures > 1) log.warn("A claim failed; trying again", { error: String(error) })
  await wait(waitMs, undefined, { signal: lost }).catch(() => {})
}

/** Its memory is full, or what it performs can't be written: more work would only be lost with it. */
function holdsTooMuch({ held, unwritten }: Drainer): boolean {
  return held.bytes() > MOST_BYTES_HELD - MOST_BYTES_AT_ONCE || unwritten.executions.length >= MOST_UNWRITTEN
}

function remember({ held, tally }: Drainer, group: Group): ClaimedJob[] {
  const { claim_id: id, claimed_at_ms: databaseAtMs, jobs } = group
  const claim = { id, databaseAtMs, arrivedAtMs: performance.now(), unsettled: jobs.length }
  const claimed = jobs.map((row) => claimedJob(row, claim))
  held.add(claimed)
  tally.claimed += claimed.length
  return claimed
}

/** Written out, so that all jobs have one shape. */
function claimedJob([id, fence, name, payload, queue, enqueuedAt, unusual]: Row, claim: Claim): ClaimedJob {
  return {
    id: String(id),
    claim,
    fence,
    name,
    payload,
    enqueuedAt,
    queue,
    attempts: unusual?.attempts ?? 0,
    interruptions: unusual?.interruptions ?? 0,
    cuts: unusual?.cuts ?? 0,
    runAt: unusual?.runAt ?? enqueuedAt,
    maxAttempts: unusual?.maxAttempts ?? null,
    timeoutMs: unusual?.timeoutMs ?? null,
    tags: unusual?.tags ?? null,
    metadata: unusual?.metadata ?? null,
    carrier: unusual?.carrier ?? null,
    bytes: unusual?.bytes ?? 0,
    unread: unusual?.unread ?? null,
  }
}

function shrinkClaims({ log }: Drainer, position: ClaimPosition, limit: number): void {
  position.largestClaim = Math.floor(limit / 2)
  const remedy = "claiming smaller batches. Raise max_locks_per_transaction"
  log.warn(`The server's lock table is full: ${remedy}`, { limit })
}
