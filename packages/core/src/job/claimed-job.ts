import type { Carrier } from "./carrier.ts"
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
