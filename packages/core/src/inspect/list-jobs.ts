import { assertInteger, assertKnownKeys, isText, refuse } from "../checks/validate.ts"
import { toPgTextArray } from "../database/array-literal.ts"
import type { Queryable } from "../database/connection.ts"
import { jsonRows } from "../database/pool-queryable.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { checkFilter, type JobFilter } from "../job/job-filter.ts"
import type { JobSnapshot } from "../job/job-snapshot.ts"
import { LAST_INSTANT_MS } from "../job/option-values.ts"
import { dateOf } from "./date-of.ts"

/** A job in a list: without its payload, result and errors, which `getJob` returns. */
export type ListedJob = Omit<
  JobSnapshot,
  | "payload"
  | "payloadKey"
  | "result"
  | "resultKey"
  | "progress"
  | "rateKey"
  | "fairKey"
  | "blockedBy"
  | "waitsFor"
  | "waits"
  | "errors"
  | "errorCount"
  | "retries"
>

export interface JobList {
  readonly jobs: readonly ListedJob[]
  /** Set if more jobs may follow: pass it as `after`. */
  readonly next?: string
}

export interface ListJobsOptions {
  /** How many at most: up to 1,000. Default 50. */
  readonly limit?: number
  /** `next` of the list that this one continues. */
  readonly after?: string
}

/** How long one call looks for jobs that match. */
const LONGEST_LOOK_MS = 2_000
const FINISHED_STATES = ["succeeded", "discarded", "canceled"] as const

/** Where a list continues: in the backlog below an id, or in the history below a place. The history is that of its first call. */
interface Place {
  readonly beganAtMs: number
  readonly history?: boolean
  readonly id?: string | null
  readonly day?: string | null
  readonly page?: number | null
  readonly item?: number | null
}

interface Page {
  readonly jobs: readonly ListedJob[]
  readonly next: Place | undefined
}

export async function listJobs(
  database: Queryable,
  schema: string,
  filter: Omit<JobFilter, "ids"> = {},
  options: ListJobsOptions = {},
): Promise<JobList> {
  assertKnownKeys(options, ["limit", "after"], ["options"])
  assertInteger(options.limit, ["limit"], 1, 1_000)
  if ("ids" in filter)
    refuse("unknown_option", filter.ids, ["filter", "ids"], "no ids: getJob reads a job by its id")
  const { json } = checkFilter(filter)
  const { limit = 50, after } = options
  const jobs: ListedJob[] = []
  const giveUpAtMs = performance.now() + LONGEST_LOOK_MS
  let place: Place | undefined = after === undefined ? { beganAtMs: Date.now() } : placeOf(after)
  while (place && jobs.length < limit && performance.now() < giveUpAtMs) {
    const wanted = limit - jobs.length
    const page: Page = await (place.history
      ? readHistory(database, schema, json, filter.state, place, wanted)
      : readBacklog(database, schema, json, filter.state, place, wanted))
    jobs.push(...page.jobs)
    place = page.next
  }
  return { jobs, ...(place && { next: textOf(place) }) }
}

const FILTER_CAST = { p_filter: "pg_catalog.text::pg_catalog.jsonb" }

async function readBacklog(
  database: Queryable,
  schema: string,
  filter: string,
  state: JobFilter["state"],
  { beganAtMs, id }: Place,
  limit: number,
): Promise<Page> {
  const history = { beganAtMs, history: true }
  if (isFinished(state)) return { jobs: [], next: history }
  const { text, values } = protocolCall(
    schema,
    "list_jobs",
    { p_filter: filter, p_before: id, p_limit: limit },
    FILTER_CAST,
  )
  const [row] = await jsonRows(database, `select jobs, next_before::pg_catalog.text from ${text}`, values)
  const next = row.next_before === null ? (state ? undefined : history) : { beganAtMs, id: row.next_before }
  return { jobs: row.jobs.map(toListedJob), next }
}

async function readHistory(
  database: Queryable,
  schema: string,
  filter: string,
  state: JobFilter["state"],
  place: Place,
  limit: number,
): Promise<Page> {
  const { beganAtMs, day, page, item } = place
  const { text, values } = protocolCall(
    schema,
    "list_finished_jobs",
    {
      p_filter: filter,
      p_states: toPgTextArray(isFinished(state) ? [state] : FINISHED_STATES),
      p_before: new Date(beganAtMs).toISOString(),
      p_day: day,
      p_page: page,
      p_item: item,
      p_limit: limit,
    },
    FILTER_CAST,
  )
  const [row] = await jsonRows(database, `select * from ${text}`, values)
  const next =
    row.day === null ? undefined : { beganAtMs, history: true, day: row.day, page: row.page, item: row.item }
  return { jobs: row.jobs.map(toListedJob), next }
}

function isFinished(state: JobFilter["state"]): state is (typeof FINISHED_STATES)[number] {
  return FINISHED_STATES.includes(state as never)
}

// biome-ignore lint/suspicious/noExplicitAny: as SQL has written it
function toListedJob(job: any): ListedJob {
  return {
    ...job,
    runAt: new Date(job.runAt),
    expiresAt: dateOf(job.expiresAt),
    enqueuedAt: new Date(job.enqueuedAt),
    startedAt: dateOf(job.startedAt),
    finishedAt: dateOf(job.finishedAt),
  }
}

/** `<began>-<id>`, or `<began>-<day>-<page>-<item>`, of which the last two may be missing. */
function textOf({ beganAtMs, history, id, day, page, item }: Place): string {
  if (!history) return `${beganAtMs}-${id}`
  return [beganAtMs, "h", day, page, item].filter((part) => part !== null && part !== undefined).join("-")
}

const PLACE = /^(\d{1,15})-(?:(\d{1,15})|h(?:-(\d{8}|default)(?:-(\d{1,10})-(\d{1,5}))?)?)$/

function placeOf(after: string): Place {
  const [, began, id, day, page, item] = (isText(after, 200) && PLACE.exec(after)) || []
  const beganAtMs = Number(began)
  const isPlace =
    began !== undefined &&
    beganAtMs <= LAST_INSTANT_MS &&
    Number(page ?? 0) < 2 ** 32 &&
    Number(item ?? 0) < 2 ** 16
  if (!isPlace) return refuse("invalid_option", after, ["after"], "the last `next`")
  if (id !== undefined) return { beganAtMs, id }
  return {
    beganAtMs,
    history: true,
    ...(day !== undefined && { day }),
    ...(page !== undefined && { page: Number(page), item: Number(item) }),
  }
}
