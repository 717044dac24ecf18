import { type Drainer, timed } from "./drainer.ts"
import type { Carrier } from "./instrumentation.ts"
import { isLockTableFull, reap } from "./reap.ts"
import { isTransient, list } from "./settle.ts"

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
  readonly maxAttempts: number | null
  readonly timeoutMs: number | null
  readonly enqueuedAt: string
  /** When it was due. */
  readonly runAt: string
  readonly carrier: Carrier | null
  readonly tags: readonly string[] | null
  readonly metadata: Readonly<Record<string, unknown>> | null
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
 * Takes up to `room` ready jobs under advisory locks and, in the same round trip, unlocks what was settled before.
 * Takes suspects of dead drainers when it is their turn, and nothing while they run. Reaps a drainer that is dead.
 */
export async function claim(
  drainer: Drainer,
  names: readonly string[],
  room: number,
  isIdle: boolean,
): Promise<ClaimedJob[]> {
  const { cursor, suspects } = drainer
  const now = performance.now()
  const turn = suspects.turn(isIdle)
  if (turn === "suspects") return claimSuspects(drainer, names, room)
  const limit = turn === "ordinary" ? room : 0
  if (limit === 0 && !drainer.isSilent()) return []

  const fromStart = cursor.mark === null || now - cursor.fromStartAtMs > LOOK_FROM_START_EVERY_MS
  const taken = await take<Batch>(drainer, limit, (most, settled, spent) =>
    drainer.query(`select * from ${drainer.schema}.claim($1, $2, $3, $4, $5, $6, $7)`, [
      ...[drainer.id, drainer.backendPid, most, names],
      ...[fromStart ? null : cursor.mark, settled, spent],
    ]),
  )
  if (!taken) return []
  if (fromStart) cursor.fromStartAtMs = now
  cursor.mark = taken.more ? taken.mark : null
  if (fromStart) cursor.dueAtMs = taken.due_in_ms === null ? Number.POSITIVE_INFINITY : now + taken.due_in_ms
  const isThrough = fromStart && !taken.more
  suspects.see(taken.suspects, isThrough && taken.claimed.length === 0)
  const isReaping = taken.dead && (await reap(drainer))
  cursor.isCaughtUp = isThrough && !suspects.wait() && !isReaping
  return taken.claimed
}

async function claimSuspects(
  drainer: Drainer,
  names: readonly string[],
  room: number,
): Promise<ClaimedJob[]> {
  const taken = await take<Group>(drainer, room, (limit, settled, spent) =>
    drainer.query(`select * from ${drainer.schema}.claim_suspects($1, $2, $3, $4, $5, $6)`, [
      ...[drainer.id, drainer.backendPid, limit, names, settled, spent],
    ]),
  )
  drainer.suspects.take(taken?.claimed.length ?? 0)
  if (taken?.dead) await reap(drainer)
  return taken?.claimed ?? []
}

/** A job as the SQL function `take` tells it. */
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
  mark: string | null
  more: boolean
  suspects: boolean
  due_in_ms: number | null
}

/** Session locks outlive a statement that fails, so what it had locked is given back before anything else. */
async function take<Taken extends Group>(
  drainer: Drainer,
  room: number,
  statement: (limit: number, settled: string, spent: string) => Promise<Taken[]>,
): Promise<(Taken & { claimed: ClaimedJob[] }) | undefined> {
  const limit = Math.min(room, drainer.cursor.largestClaim)
  const { settled, spent } = drainer.holdings.takeSettled()
  try {
    const [taken] = (await timed(drainer, "claim", statement(limit, list(settled), list(spent)))) as [Taken]
    return { ...taken, claimed: remember(drainer, taken) }
  } catch (error) {
    if (!isTransient(error) && !(isLockTableFull(error) && limit > 1)) throw error
    drainer.holdings.keepSpent(spent)
    await drainer.query(`select ${drainer.schema}.unlock_strays($1)`, [drainer.holdings.ids()])
    if (isLockTableFull(error)) shrinkClaims(drainer, limit)
    return undefined
  }
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
    runAt: unusual?.runAt ?? enqueuedAt,
    maxAttempts: unusual?.maxAttempts ?? null,
    timeoutMs: unusual?.timeoutMs ?? null,
    tags: unusual?.tags ?? null,
    metadata: unusual?.metadata ?? null,
    carrier: unusual?.carrier ?? null,
  }
}

function shrinkClaims({ cursor, log }: Drainer, limit: number): void {
  cursor.largestClaim = Math.floor(limit / 2)
  const remedy = "claiming smaller batches. Raise max_locks_per_transaction"
  log.warn(`The server's lock table is full: ${remedy}`, { limit })
}
