import { type Drainer, timed } from "./drainer.ts"
import type { Carrier } from "./instrumentation.ts"
import { isTransient } from "./settle.ts"
import { codeOf } from "./translate.ts"

/** A job whose lock this drainer's session holds. */
export interface ClaimedJob {
  readonly id: string
  /** The row of `claims` that says so. */
  readonly claim: string
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
  /** How long it had been due when it was claimed, by the database's clock. */
  readonly waitedMs: number
  /** `performance.now()` when it came from the database. */
  claimedAtMs: number
  readonly carrier: Carrier | null
  readonly tags: readonly string[] | null
  readonly metadata: Readonly<Record<string, unknown>> | null
}

/** How often a drainer that goes on from its mark looks from the start, where urgent and retried jobs come in. */
const LOOK_FROM_START_EVERY_MS = 1_000
/** How soon suspects are asked for again when other drainers had them all. */
const SUSPECTS_AGAIN_AFTER_MS = 1_000

/**
 * Takes up to `room` ready jobs under advisory locks and, in the same round trip, unlocks what was settled before.
 * While suspects of a dead drainer wait it takes none, so that this drainer empties and can run them by themselves.
 */
export async function claim(
  drainer: Drainer,
  names: readonly string[],
  room: number,
  isIdle: boolean,
): Promise<ClaimedJob[]> {
  const { cursor } = drainer
  const now = performance.now()
  const suspectsCome = cursor.suspectsWait && now > cursor.suspectsAgainAtMs
  if (suspectsCome && isIdle) return claimSuspects(drainer, names, room)
  const limit = suspectsCome ? 0 : room
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
  cursor.suspectsWait = taken.suspects
  if (fromStart) cursor.dueAtMs = taken.due_in_ms === null ? Number.POSITIVE_INFINITY : now + taken.due_in_ms
  cursor.isCaughtUp = fromStart && !taken.more && !(taken.suspects && now > cursor.suspectsAgainAtMs)
  return taken.jobs
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
  if (taken?.jobs.length === 0) drainer.cursor.suspectsAgainAtMs = performance.now() + SUSPECTS_AGAIN_AFTER_MS
  return taken?.jobs ?? []
}

interface Group {
  jobs: ClaimedJob[]
  /** Executions of dead drainers that were ended on the way. */
  buried: number
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
  statement: (limit: number, settled: string[], spent: string[]) => Promise<Taken[]>,
): Promise<Taken | undefined> {
  const limit = Math.min(room, drainer.cursor.largestClaim)
  const { settled, spent } = drainer.holdings.takeSettled()
  try {
    const [taken] = (await timed(drainer, "claim", statement(limit, settled, spent))) as [Taken]
    remember(drainer, taken)
    return taken
  } catch (error) {
    if (!isTransient(error) && !(isLockTableFull(error) && limit > 1)) throw error
    drainer.holdings.keepSpent(spent)
    await drainer.query(`select ${drainer.schema}.unlock_strays($1)`, [drainer.holdings.ids()])
    if (isLockTableFull(error)) shrinkClaims(drainer, limit)
    return undefined
  }
}

function remember({ holdings, counts, log }: Drainer, { jobs, buried }: Group): void {
  holdings.add(jobs)
  for (const job of jobs) job.claimedAtMs = performance.now()
  counts.claimed += jobs.length
  counts.interrupted += buried
  if (buried > 0) log.warn("A drainer died; what it had in flight runs again", { jobs: buried })
}

function shrinkClaims({ cursor, log }: Drainer, limit: number): void {
  cursor.largestClaim = Math.floor(limit / 2)
  const remedy = "claiming smaller batches. Raise max_locks_per_transaction"
  log.warn(`The server's lock table is full: ${remedy}`, { limit })
}

function isLockTableFull(error: unknown): boolean {
  return codeOf(error) === "53200"
}
