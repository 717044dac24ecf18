import { checkOptions } from "../checks/field.ts"
import { assertInteger, assertKnownKeys, assertName } from "../checks/validate.ts"
import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { readJson } from "../database/read-json.ts"
import { dateOf } from "./date-of.ts"
import { SAMPLE_QUEUES } from "./fields.ts"

export interface QueueSnapshot {
  readonly name: string
  readonly paused: boolean
  /** When the pause ends by itself; null: when it is resumed, or it is not paused. */
  readonly pausedUntil: Date | null
  /** How many unfinished jobs it may have, see `limitQueue`. Null: any number. */
  readonly waitingLimit: number | null
  readonly ready: number
  readonly scheduled: number
  readonly blocked: number
  readonly running: number
  /** When the oldest ready job became due. */
  readonly oldestReadyAt: Date | null
  /**
   * Whether `ready`, `scheduled` and `blocked` are estimates, and an older job may be ready than the oldest that was found: of a large
   * backlog (some 100,000 jobs) only some pages are read.
   */
  readonly isEstimate: boolean
}

type QueueRow = Omit<QueueSnapshot, "pausedUntil" | "oldestReadyAt"> & {
  pausedUntil: string | null
  oldestReadyAt: string | null
}

/** Which queues `listQueues` returns. */
export interface ReadQueuesOptions {
  /** Only queues whose names come after this one. Default: from the first. */
  readonly after?: string
  /** Most queues to return. Default: all. */
  readonly limit?: number
}

export async function readQueues(
  database: Queryable,
  schema: string,
  options: ReadQueuesOptions = {},
): Promise<QueueSnapshot[]> {
  assertKnownKeys(options, ["after", "limit"], ["options"])
  const { after, limit } = options
  if (after !== undefined) assertName(after, ["after"])
  assertInteger(limit, ["limit"], 1, 1_000_000)
  const call = protocolCall(schema, "list_queues", { p_after: after ?? "", p_limit: limit })
  const queues: QueueRow[] = await readJson(database, call)
  return queues.map(withDates)
}

export interface SampleQueuesOptions {
  /** Only this queue. Default: all. */
  readonly name?: string
  /** How many at most: up to 1,000, which is the default. */
  readonly limit?: number
}

export async function sampleQueues(
  database: Queryable,
  schema: string,
  options: SampleQueuesOptions = {},
): Promise<QueueSnapshot[]> {
  checkOptions(SAMPLE_QUEUES, options)
  const { name, limit = 1_000 } = options
  const call = protocolCall(schema, "sample_queues", { p_name: name, p_limit: limit })
  const queues: QueueRow[] = await readJson(database, call)
  return queues.map(withDates)
}

function withDates<Queue extends QueueRow>(queue: Queue) {
  return {
    ...queue,
    pausedUntil: dateOf(queue.pausedUntil),
    oldestReadyAt: dateOf(queue.oldestReadyAt),
  }
}
