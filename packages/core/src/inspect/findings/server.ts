import { batchSize } from "../../job/batch-size.ts"
import type { Finding } from "./finding.ts"
import { longAs } from "./long-as.ts"

/** As the SQL function `examine_server` returns them. */
export interface ServerFacts {
  readonly now: string
  /** That was asked for, or else how many slots the drainers of the last day have. */
  readonly maxDrainers: number
  readonly settings: Readonly<Record<string, string | null>>
  readonly lockRoom: number
  readonly locksHeld: number
  readonly connectionRoom: number
  readonly transactionalJobs: number
  readonly connected: number
  readonly hidden: number
  readonly oldest: OldTransaction | null
}

interface OldTransaction {
  /** Null of a prepared transaction. */
  readonly pid: number | null
  readonly gid: string | null
  readonly role: string
  readonly application: string | null
  readonly address: string | null
  readonly state: string
  readonly since: string
}

interface Asked {
  /** `Date.now()` before the facts were asked for. */
  readonly askedAtMs: number
}

export function serverFindings(facts: ServerFacts, asked: Asked): Finding[] {
  return [
    serverSettings(facts),
    clock(facts, asked),
    roomForLocks(facts),
    roomForConnections(facts),
    oldestTransaction(facts),
  ]
}

/** What follows from a setting that is off. */
const CLEARS_DEAD_ROWS = {
  autovacuum: "dead rows are never cleared away",
  track_counts: "autovacuum doesn't see what there is to clear away",
}
const SURVIVES_CRASHES = {
  fsync: "a crash of the machine can lose the whole database",
  full_page_writes: "a crash of the machine can corrupt the database",
  synchronous_commit: "a crash of the server can lose jobs of the last second",
}

function serverSettings({ settings }: ServerFacts): Finding {
  const check = "serverSettings"
  const offOf = (wanted: Readonly<Record<string, string>>) =>
    Object.entries(wanted).filter(([name]) => settings[name] === "off")
  const [slow, unsafe] = [offOf(CLEARS_DEAD_ROWS), offOf(SURVIVES_CRASHES)]
  const off = [...slow, ...unsafe]
  if (off.length === 0) return { check, level: "ok", text: "the server's settings fit" }
  return {
    check,
    level: slow.length > 0 ? "wrong" : "note",
    text: off.map(([name, consequence]) => `the setting ${name} is off: ${consequence}`).join("; "),
    remedy: `Turn on ${off.map(([name]) => name).join(", ")}`,
  }
}

/** Apps compute dates with their own clocks, such as a `runAt`; the database decides when they have come. */
const MOST_CLOCK_DIFFERENCE_MS = 2_000

function clock({ now }: ServerFacts, { askedAtMs }: Asked): Finding {
  const check = "clock"
  const serverAtMs = Date.parse(now)
  const aheadMs = serverAtMs > Date.now() ? serverAtMs - Date.now() : Math.min(0, serverAtMs - askedAtMs)
  if (Math.abs(aheadMs) <= MOST_CLOCK_DIFFERENCE_MS)
    return { check, level: "ok", text: "the clocks of the database and of this machine agree" }
  const direction = aheadMs > 0 ? "ahead of" : "behind"
  const text = `the database's clock is ${longAs(Math.abs(aheadMs))} ${direction} that of this machine`
  const remedy = "Synchronize both by NTP: jobs are due by the database's clock"
  return { check, level: "note", text, remedy }
}

/** Each drainer may hold the locks of a batch that is claimed, of one that runs, and of one that is settled but not unlocked yet. */
function roomForLocks({ lockRoom, locksHeld, maxDrainers }: ServerFacts): Finding {
  const check = "roomForLocks"
  const most = maxDrainers * 3 * batchSize(maxDrainers)
  const text = `room for ${lockRoom} locks, of which ${locksHeld} are held now; ${maxDrainers} drainers use ${most} at most`
  if (lockRoom >= most) return { check, level: "ok", text }
  const remedy = "When it is used up, drainers claim smaller batches; max_locks_per_transaction sets the room"
  return { check, level: "note", text, remedy }
}

/** Of each drainer the session, two connections with which its jobs enqueue, and one for a transaction. */
const LEAST_CONNECTIONS = 4

function roomForConnections(facts: ServerFacts): Finding {
  const check = "roomForConnections"
  const { maxDrainers, connectionRoom: room, transactionalJobs: transactions, connected } = facts
  const used = maxDrainers * (LEAST_CONNECTIONS - 1 + transactions)
  if (maxDrainers * LEAST_CONNECTIONS <= room) {
    const each = `${maxDrainers} drainers use ${used} at most, ${transactions} of each for transactional jobs`
    return { check, level: "ok", text: `room for ${room} connections; ${each}. ${connected} are open now` }
  }
  return {
    check,
    level: "wrong",
    text: `room for ${room} connections, too few for ${maxDrainers} drainers, which use ${used}`,
    remedy: "Raise max_connections, or the limit of the role or database, or lower maxDrainers",
  }
}

/** While a transaction is open, no row that was deleted after its start can be cleared away, in any table. */
const LONG_TRANSACTION_MS = 5 * 60_000
const TOO_LONG_TRANSACTION_MS = 60 * 60_000

function oldestTransaction({ oldest, hidden, now }: ServerFacts): Finding {
  const check = "oldestTransaction"
  const unseen = hidden > 0 ? `; ${hidden} sessions of other roles can't be seen by this one` : ""
  const ageMs = oldest === null ? 0 : Date.parse(now) - Date.parse(oldest.since)
  if (oldest === null || ageMs < LONG_TRANSACTION_MS)
    return { check, level: "ok", text: `no transaction is open for longer than 5 minutes${unseen}` }
  const text = `a transaction is open for ${longAs(ageMs)} (${whoseIs(oldest)}): rows that were deleted since can't be cleared away${unseen}`
  const end =
    oldest.pid === null
      ? `rollback prepared '${oldest.gid}'`
      : `select pg_terminate_backend(${oldest.pid}), and idle_in_transaction_session_timeout for what forgets its transactions`
  return {
    check,
    level: ageMs < TOO_LONG_TRANSACTION_MS ? "note" : "wrong",
    text,
    remedy: `Let it end, or end it: ${end}`,
  }
}

function whoseIs({ pid, gid, role, application, address, state }: OldTransaction): string {
  const who = pid === null ? `prepared as ${gid}` : `pid ${pid}`
  return [who, `role ${role}`, application, address, state].filter(Boolean).join(", ")
}
