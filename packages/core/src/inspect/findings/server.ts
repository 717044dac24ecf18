import { locksFor } from "../../job/batch-size.ts"
import type { Finding } from "./finding.ts"
import { found } from "./found.ts"

/** As the SQL function `examine_server` returns them. */
export interface ServerFacts {
  readonly now: string
  /** That was asked for, or else how many slots the drainers of the last day have. */
  readonly maxDrainers: number
  /** Whether it is a standby. */
  readonly inRecovery: boolean
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
    writes(facts),
    ...serverSettings(facts),
    clock(facts, asked),
    roomForLocks(facts),
    roomForConnections(facts),
    oldestTransaction(facts),
  ]
}

/** Reading works on as usual where nothing can be enqueued or performed. */
function writes({ inRecovery, settings }: ServerFacts): Finding {
  const check = "writes"
  if (inRecovery) return found(check, "wrong", "server_is_standby")
  if (settings.default_transaction_read_only === "on") return found(check, "wrong", "writes_off")
  return found(check, "ok", "writes_accepted")
}

/** What it means if one of them is off. */
const SETTINGS = [
  ["autovacuum", "wrong", "autovacuum_off"],
  ["track_counts", "wrong", "track_counts_off"],
  ["fsync", "note", "fsync_off"],
  ["full_page_writes", "note", "full_page_writes_off"],
  ["synchronous_commit", "note", "synchronous_commit_off"],
] as const

function serverSettings({ settings }: ServerFacts): Finding[] {
  const check = "serverSettings"
  const off = SETTINGS.filter(([name]) => settings[name] === "off")
  return off.length === 0
    ? [found(check, "ok", "settings_fit")]
    : off.map(([, level, code]) => found(check, level, code))
}

/** Apps compute dates with their own clocks, such as a `runAt`; the database decides when they have come. */
const MOST_CLOCK_DIFFERENCE_MS = 2_000

function clock({ now }: ServerFacts, { askedAtMs }: Asked): Finding {
  const check = "clock"
  const serverAtMs = Date.parse(now)
  const aheadMs = serverAtMs > Date.now() ? serverAtMs - Date.now() : Math.min(0, serverAtMs - askedAtMs)
  if (Math.abs(aheadMs) <= MOST_CLOCK_DIFFERENCE_MS) return found(check, "ok", "clocks_agree")
  const code = aheadMs > 0 ? "clock_ahead" : "clock_behind"
  return found(check, "note", code, { differenceMs: Math.abs(aheadMs) })
}

/** Where there is less, drainers claim smaller batches. */
function roomForLocks({ lockRoom: room, locksHeld: held, maxDrainers }: ServerFacts): Finding {
  const used = locksFor(maxDrainers)
  const values = { room, held, maxDrainers, used }
  return room >= used
    ? found("roomForLocks", "ok", "lock_room_enough", values)
    : found("roomForLocks", "note", "lock_room_low", values)
}

/** Of each drainer the session, two connections with which its jobs enqueue, and one for a transaction. */
const LEAST_CONNECTIONS = 4

function roomForConnections(facts: ServerFacts): Finding {
  const check = "roomForConnections"
  const { maxDrainers, connectionRoom: room, transactionalJobs: transactional, connected: open } = facts
  const used = maxDrainers * (LEAST_CONNECTIONS - 1 + transactional)
  return maxDrainers * LEAST_CONNECTIONS <= room
    ? found(check, "ok", "connection_room_enough", { room, maxDrainers, used, transactional, open })
    : found(check, "wrong", "connection_room_low", { room, maxDrainers, used })
}

/** While a transaction is open, no row that was deleted after its start can be cleared away, in any table. */
const LONG_TRANSACTION_MS = 5 * 60_000
const TOO_LONG_TRANSACTION_MS = 60 * 60_000

function oldestTransaction({ oldest, hidden, now }: ServerFacts): Finding {
  const check = "oldestTransaction"
  const ageMs = oldest === null ? 0 : Date.parse(now) - Date.parse(oldest.since)
  if (oldest === null || ageMs < LONG_TRANSACTION_MS)
    return hidden === 0
      ? found(check, "ok", "transactions_short")
      : found(check, "ok", "transactions_hidden", { hidden })
  const level = ageMs < TOO_LONG_TRANSACTION_MS ? "note" : "wrong"
  const { pid, gid, role, application, address, state } = oldest
  if (pid === null) return found(check, level, "prepared_transaction_long", { ageMs, role, gid: gid ?? "" })
  const session = [application, address, state].filter(Boolean).join(", ")
  return found(check, level, "transaction_long", { ageMs, pid: String(pid), role, session })
}
