import { checkOptions } from "../checks/field.ts"
import { isText, refuse } from "../checks/validate.ts"
import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { readJson } from "../database/read-json.ts"
import { dateOf } from "./date-of.ts"
import { LIST_WAITS } from "./fields.ts"

/** What an unfinished job waits for, or has opened to wait for it later. */
export interface OpenWait {
  /** For a `"batch"`, the job waits for the end of jobs that it gathers. */
  readonly kind: "token" | "event" | "batch"
  /** The token, or the key of a wait for an event or a batch. */
  readonly key: string
  readonly jobId: string
  readonly jobName: string
  readonly queue: string
  /** Whether the job waits. False: it has opened the wait, and goes on until it comes to it. */
  readonly waiting: boolean
  /** The name of the event. */
  readonly event: string | null
  /** What the payload of the event has to contain. */
  readonly match: Readonly<Record<string, unknown>> | null
  readonly batchId: string | null
  /** When the job first came to it, or has opened it. */
  readonly since: Date
  /** When it times out. Null: it is only opened. */
  readonly until: Date | null
}

export interface ListWaitsOptions {
  /** How many at most: up to 1,000. Default 50. */
  readonly limit?: number
  /** `next` of the list that this one continues. */
  readonly after?: string
}

export interface WaitList {
  readonly waits: readonly OpenWait[]
  /** Set if more may follow: pass it as `after`. */
  readonly next?: string
}

/** An event that definitions subscribe to or jobs wait for. */
export interface KnownEvent {
  readonly name: string
  /** The names of the jobs that it enqueues. */
  readonly subscribers: readonly string[]
  /** How many jobs wait for it, or will. Counting stops at 10,001. */
  readonly waiting: number
}

export async function listWaits(
  database: Queryable,
  schema: string,
  options: ListWaitsOptions = {},
): Promise<WaitList> {
  checkOptions(LIST_WAITS, options)
  const { limit = 50, after } = options
  const [job, key] = after === undefined ? ["0", ""] : placeOf(after)
  const call = protocolCall(schema, "list_waits", { p_job: job, p_key: key, p_limit: limit })
  const rows: (OpenWait & { since: string; until: string | null })[] = await readJson(database, call)
  const waits = rows.map((wait) => ({ ...wait, since: new Date(wait.since), until: dateOf(wait.until) }))
  const last = waits.at(-1)
  return { waits, ...(last && waits.length === limit && { next: `${last.jobId}/${last.key}` }) }
}

export async function listEvents(database: Queryable, schema: string): Promise<KnownEvent[]> {
  return readJson(database, protocolCall(schema, "list_events", {}))
}

/** `<job>/<key>` */
function placeOf(after: string): string[] {
  const [, job, key] = (isText(after, 600) && /^(\d{1,15})\/(.+)$/s.exec(after)) || []
  if (job === undefined || key === undefined)
    return refuse("invalid_option", after, ["after"], "the last `next`")
  return [job, key]
}
