import { setTimeout as wait } from "node:timers/promises"
import type { Deadline } from "./deadline.ts"
import { type Cursor, type Drainer, timed } from "./drainer.ts"
import type { Carrier } from "./instrumentation.ts"
import { type ProtocolCall, protocolCall } from "./protocol-call.ts"
import { isLockTableFull, reap } from "./reap.ts"
import { list } from "./settle.ts"
import { isBadRow, isRolledBackWhole, isTransient, passes } from "./sqlstate.ts"

/** A job whose lock this drainer's session holds. */
export interface ClaimedJob {
  readonly id: string
  /** What it was claimed with. */
  readonly claim: Claim
  /** What a settle must name; the database has moved it on when the job is another's. */
  readonly fence: number
  readonly name: string
  readonly payload: unknown
  readonly queue: string
  readonly attempts: number
  readonly interruptions: number
  /** Ends of drains in a row that cut it off without a checkpoint. */
  readonly cuts: number
  readonly maxAttempts: number | null
  readonly timeoutMs: number | null
  readonly enqueuedAt: string
  /** When it was due. */
  readonly runAt: string
  readonly carrier: Carrier | null
  readonly tags: readonly string[] | null
  readonly metadata: Readonly<Record<string, unknown>> | null
  /** What it has as text, if that is much; else 0. */
  readonly bytes: number
  /** Why its payload could not be told: it is discarded. */
  readonly unread: string | null
}

/** A row of `claims`, and how many of its jobs are not settled yet. */
export interface Claim {
  readonly id: string
  /** By the database's clock, in milliseconds since 1970. */
  readonly databaseAtMs: number
  /** `performance.now()` when its jobs came from the database. */
  readonly arrivedAtMs: number
  unsettled: number
}

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
  deadline: Deadline,
  room: number,
  isIdle: boolean,
): Promise<ClaimedJob[]> {
  const names = deadline.names()
  const { cursor, suspects } = drainer
  const now = performance.now()
  cursor.isCutShort = false
  const turn = suspects.turn(isIdle)
  const isFull = holdsTooMuch(drainer)
  if (isFull && isIdle) cursor.isCaughtUp = true // nothing to wait for but what is not written yet
  if (turn === "suspects" && !isFull) return claimSuspects(drainer, names, room)
  const limit = turn === "ordinary" && !isFull ? room : 0
  if (limit === 0 && !drainer.isSilent()) return []

  const fromStart = cursor.mark === null || now - cursor.fromStartAtMs > LOOK_FROM_START_EVERY_MS
  const taken = await take<Batch>(drainer, limit, isIdle, (most, settled, spent, mostBytes) =>
    protocolCall(drainer.schema, "claim", {
      p_drainer: drainer.id,
      p_backend: drainer.backendPid,
      p_limit: most,
      p_names: names,
      p_resume_after: fromStart ? null : cursor.mark,
      p_settled: settled,
      p_spent: spent,
      p_seen: now > cursor.allAgainAtMs ? null : cursor.seen,
      p_priorities: list([...cursor.priorities]),
      p_fits_ms: deadline.fitsMs(),
      p_max_bytes: mostBytes,
    }),
  )
  if (!taken) return []
  if (fromStart) lookedFromStart(cursor, taken, now)
  cursor.mark = taken.more ? taken.resume_after : null
  cursor.isCutShort = taken.more && taken.claimed.length < limit
  notePriority(cursor, taken)
  const isThrough = fromStart && !taken.more
  suspects.see(taken.suspects, isThrough && taken.claimed.length === 0)
  const isReaping = taken.dead && (await reap(drainer))
  cursor.isCaughtUp = isThrough && !isReaping && !(isIdle && suspects.wait())
  return taken.claimed
}

function lookedFromStart(cursor: Cursor, { whole, more, seen, due_in_ms }: Batch, atMs: number): void {
  cursor.fromStartAtMs = atMs
  cursor.dueAtMs = due_in_ms === null ? Number.POSITIVE_INFINITY : atMs + due_in_ms
  if (!more) cursor.seen = seen
  if (!whole) return
  const tookMs = performance.now() - atMs
  cursor.allAgainAtMs = atMs + Math.max(LOOK_AT_ALL_EVERY_MS, tookMs / LONGEST_SHARE_OF_LOOKS)
  if (more) cursor.seen = null
}

/** A position begins with its priority. */
function notePriority({ priorities }: Cursor, { resume_after: resumeAfter }: Batch): void {
  if (resumeAfter === null || priorities.size >= MOST_PRIORITIES) return
  priorities.add(Number.parseInt(resumeAfter.slice(1), 10))
}

async function claimSuspects(
  drainer: Drainer,
  names: readonly string[],
  room: number,
): Promise<ClaimedJob[]> {
  const taken = await take<Group>(drainer, room, true, (limit, settled, spent, mostBytes) =>
    protocolCall(drainer.schema, "claim_suspects", {
      p_drainer: drainer.id,
      p_backend: drainer.backendPid,
      p_limit: limit,
      p_names: names,
      p_settled: settled,
      p_spent: spent,
      p_max_bytes: mostBytes,
      p_trusted: drainer.suspects.trusted(),
    }),
  )
  drainer.suspects.take(taken?.claimed.length ?? 0)
  if (taken?.dead) await reap(drainer)
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
  room: number,
  isIdle: boolean,
  callOf: (limit: number, settled: string, spent: string, mostBytes: number) => ProtocolCall,
): Promise<(Taken & { claimed: ClaimedJob[] }) | undefined> {
  const { cursor, holdings } = drainer
  const limit = Math.min(room, cursor.largestClaim, Math.max(1, cursor.largestReadable))
  const mostBytes = cursor.largestReadable === 0 ? 0 : MOST_BYTES_AT_ONCE
  const { settled, spent } = holdings.takeSettled()
  try {
    const { text, values } = callOf(limit, list(settled), list(spent), mostBytes)
    const claiming = drainer.query(`select * from ${text}`, values)
    const [taken] = (await timed(drainer, "claim", claiming)) as [Taken]
    cursor.failures = 0
    cursor.largestReadable =
      cursor.largestReadable === 0 ? Number.POSITIVE_INFINITY : cursor.largestReadable * 2
    return { ...taken, claimed: remember(drainer, taken) }
  } catch (error) {
    if (!isRolledBackWhole(error) || !(passes(error) || isTransient(error) || isBadRow(error))) throw error
    holdings.keepSpent(spent)
    // a lock that a failed claim has left keeps its job from everybody: the session is ended rather than that
    const unlock = protocolCall(drainer.schema, "unlock_strays", { p_held: holdings.ids() })
    await drainer.insist(`select ${unlock.text}`, unlock.values)
    cursor.isCaughtUp = false
    if (isLockTableFull(error) && limit > 1) shrinkClaims(drainer, limit)
    else if (isBadRow(error) && cursor.largestReadable > 0)
      cursor.largestReadable = limit > 1 ? Math.floor(limit / 2) : 0
    else if (++cursor.failures > MOST_FAILURES && isIdle) throw error
    else await pause(drainer, error)
    return undefined
  }
}

async function pause({ cursor, lost, log }: Drainer, error: unknown): Promise<void> {
  const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** cursor.failures)
  if (cursor.failures > 1) log.warn("A claim failed and is tried again", { error: String(error) })
  await wait(waitMs, undefined, { signal: lost }).catch(() => {})
}

/** Its memory is full, or what it performs can't be written: more work would only be lost with it. */
function holdsTooMuch({ holdings, unwritten }: Drainer): boolean {
  return (
    holdings.bytes() > MOST_BYTES_HELD - MOST_BYTES_AT_ONCE || unwritten.executions.length >= MOST_UNWRITTEN
  )
}

function remember({ holdings, counts }: Drainer, group: Group): ClaimedJob[] {
  const { claim_id: id, claimed_at_ms: databaseAtMs, jobs } = group
  const claim = { id, databaseAtMs, arrivedAtMs: performance.now(), unsettled: jobs.length }
  const claimed = jobs.map((row) => claimedJob(row, claim))
  holdings.add(claimed)
  counts.claimed += claimed.length
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

function shrinkClaims({ cursor, log }: Drainer, limit: number): void {
  cursor.largestClaim = Math.floor(limit / 2)
  const remedy = "claiming smaller batches. Raise max_locks_per_transaction"
  log.warn(`The server's lock table is full: ${remedy}`, { limit })
}
