import { boundedMs, type Duration } from "../checks/duration.ts"
import { assertGiven } from "../checks/field.ts"
import { assertKnownKeys, isRecord, isText, refuse } from "../checks/validate.ts"
import { toPgTextArray } from "../database/array-literal.ts"
import type { Queryable } from "../database/connection.ts"
import { jsonRows } from "../database/pool-queryable.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { checkFilter, type JobFilter, statesOf } from "../job/job-filter.ts"
import type { JobState } from "../job/job-options.ts"
import type { JobSnapshot } from "../job/job-snapshot.ts"
import { LAST_INSTANT_MS } from "../job/option-values.ts"
import { dateOf } from "./date-of.ts"
import { LIST_JOBS } from "./fields.ts"

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
  /** How long to look for jobs that match, up to 20 seconds. Default `"2s"`. */
  readonly within?: Duration
}

const LONGEST_LOOK_MS = 20_000
const FINISHED_STATES: readonly JobState[] = ["succeeded", "discarded", "canceled"]

/**
 * Where a list continues: in the backlog below an id, in the history below a place, or among those that have not succeeded below the
 * microsecond in which one finished. The history is that of its first call.
 */
interface Place {
  readonly beganAtMs: number
  readonly history?: boolean
  readonly finishedUs?: number
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
  assertKnownKeys(options, ["limit", "after", "within"], ["options"])
  assertGiven(LIST_JOBS, options, [])
  if (isRecord(filter) && "ids" in filter)
    refuse("unknown_option", filter.ids, ["filter", "ids"], "no ids: getJob reads a job by its id")
  const { json } = checkFilter(filter)
  const { limit = 50, after, within = "2s" } = options
  const jobs: ListedJob[] = []
  const giveUpAtMs = performance.now() + boundedMs(within, ["within"], 0, LONGEST_LOOK_MS)
  const states = statesOf(filter)
  const [state] = states ?? []
  const isUnsuccessful = states?.length === 1 && (state === "discarded" || state === "canceled")
  let place: Place | undefined = after === undefined ? { beganAtMs: Date.now() } : placeOf(after)
  do {
    const read: typeof readBacklog = isUnsuccessful
      ? readUnsuccessful
      : place.history
        ? readHistory
        : readBacklog
    const page: Page = await read(database, schema, json, states, place, limit - jobs.length)
    jobs.push(...page.jobs)
    place = page.next
  } while (place && jobs.length < limit && performance.now() < giveUpAtMs)
  return { jobs, ...(place && { next: textOf(place) }) }
}

const FILTER_CAST = { p_filter: "pg_catalog.text::pg_catalog.jsonb" }

async function readBacklog(
  database: Queryable,
  schema: string,
  filter: string,
  states: readonly JobState[] | undefined,
  { beganAtMs, id }: Place,
  limit: number,
): Promise<Page> {
  const finished = states?.filter((state) => FINISHED_STATES.includes(state))
  const history = finished?.length === 0 ? undefined : { beganAtMs, history: true }
  if (states && finished?.length === states.length) return { jobs: [], next: history }
  const { text, values } = protocolCall(
    schema,
    "list_jobs",
    { p_filter: filter, p_before: id, p_limit: limit },
    FILTER_CAST,
  )
  const [row] = await jsonRows(database, `select jobs, next_before::pg_catalog.text from ${text}`, values)
  const next = row.next_before === null ? history : { beganAtMs, id: row.next_before }
  return { jobs: row.jobs.map(toListedJob), next }
}

async function readHistory(
  database: Queryable,
  schema: string,
  filter: string,
  states: readonly JobState[] | undefined,
  { beganAtMs, day, page, item }: Place,
  limit: number,
): Promise<Page> {
  const { text, values } = protocolCall(
    schema,
    "list_finished_jobs",
    {
      p_filter: filter,
      p_states: toPgTextArray(FINISHED_STATES.filter((state) => states?.includes(state) ?? true)),
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

/** By their index: they are few among those that have succeeded. */
async function readUnsuccessful(
  database: Queryable,
  schema: string,
  filter: string,
  states: readonly JobState[] | undefined,
  { beganAtMs, finishedUs, id }: Place,
  limit: number,
): Promise<Page> {
  const { text, values } = protocolCall(
    schema,
    "list_unsuccessful_jobs",
    { p_filter: filter, p_state: states?.[0], p_before: finishedUs, p_id: id, p_limit: limit },
    FILTER_CAST,
  )
  const [row] = await jsonRows(
    database,
    `select jobs, next_before, next_id::pg_catalog.text from ${text}`,
    values,
  )
  const next =
    row.next_before === null ? undefined : { beganAtMs, finishedUs: row.next_before, id: row.next_id }
  return { jobs: row.jobs.map(toListedJob), next }
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

/** `<began>-<id>`, `<began>-u-<microsecond>-<id>`, or `<began>-h-<day>-<page>-<item>`, of which the last ones may be missing. */
function textOf({ beganAtMs, history, finishedUs, id, day, page, item }: Place): string {
  if (finishedUs !== undefined) return `${beganAtMs}-u-${finishedUs}-${id}`
  if (!history) return `${beganAtMs}-${id}`
  return [beganAtMs, "h", day, page, item].filter((part) => part !== null && part !== undefined).join("-")
}

const PLACE =
  /^(\d{1,15})-(?:(\d{1,15})|u-(\d{1,16})-(\d{1,15})|h(?:-(\d{8}|default)(?:-(\d{1,10})-(\d{1,5}))?)?)$/

function placeOf(after: string): Place {
  const [, began, id, finishedUs, finishedId, day, page, item] =
    (isText(after, 200) && PLACE.exec(after)) || []
  const beganAtMs = Number(began)
  const isPlace =
    began !== undefined &&
    beganAtMs <= LAST_INSTANT_MS &&
    Number(page ?? 0) < 2 ** 32 &&
    Number(item ?? 0) < 2 ** 16
  if (!isPlace) return refuse("invalid_option", after, ["after"], "the last `next`")
  if (id !== undefined) return { beganAtMs, id }
  if (finishedUs !== undefined)
    return { beganAtMs, finishedUs: Number(finishedUs), ...(finishedId !== undefined && { id: finishedId }) }
  return {
    beganAtMs,
    history: true,
    ...(day !== undefined && { day }),
    ...(page !== undefined && { page: Number(page), item: Number(item) }),
  }
}
