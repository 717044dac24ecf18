import type { Carrier } from "./carrier.ts"

/** A job whose lock this drainer's session holds. */
export interface ClaimedJob {
  readonly id: string
  /** The claim that it came with. */
  readonly claim: Claim
  /** Changes in the database when the job is no longer this drainer's; a settle must name it. */
  readonly fence: number
  readonly name: string
  readonly payload: unknown
  /** The key of its payload in the app's store, which the execution reads; null: the payload is here. */
  readonly payloadKey: string | null
  readonly queue: string
  readonly attempts: number
  readonly interruptions: number
  /** Drains in a row that interrupted it at their deadline without a checkpoint. */
  readonly cuts: number
  /** Failures by each of its definition's rules. */
  readonly ruleFailures: Readonly<Record<string, number>> | null
  readonly maxAttempts: number | null
  readonly timeoutMs: number | null
  readonly enqueuedAt: string
  /** When it was due. */
  readonly runAt: string
  readonly carrier: Carrier | null
  readonly tags: readonly string[] | null
  readonly metadata: Readonly<Record<string, unknown>> | null
  /** The size of its payload and metadata as text, if large; else 0. */
  readonly bytes: number
  /** Why its payload could not be read; such a job is discarded. */
  readonly unread: string | null
  /** How soon after its claim was sent it has to start, because it has a rate: it is given back otherwise. Null: whenever. */
  readonly startWithinMs: number | null
  /** The batch that it is in, or of which it is a callback. */
  readonly batchId: string | null
  /** Whether one of its keys could not be computed; such a job fails. */
  readonly lacksKey: boolean
}

/** A row of `claims`, and how many of its jobs are not settled yet. */
export interface Claim {
  readonly id: number
  /** By the database's clock, in milliseconds since 1970. */
  readonly databaseAtMs: number
  /** `performance.now()` when it was sent to the database, and when its jobs arrived. */
  readonly sentAtMs: number
  readonly arrivedAtMs: number
  unsettled: number
}
