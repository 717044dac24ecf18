import { boundedMs, type Duration } from "../checks/duration.ts"
import { assertGiven } from "../checks/field.ts"
import { assertKnownKeys, isRecord, refuse } from "../checks/validate.ts"
import { toPgTextArray } from "../database/array-literal.ts"
import type { Queryable } from "../database/connection.ts"
import { jsonRows } from "../database/pool-queryable.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { checkFilter, type JobFilter, statesOf } from "../job/job-filter.ts"
import { JOB_STATES, type JobState } from "../job/job-options.ts"
import { COUNT_JOBS } from "./fields.ts"

/** How many jobs there are, as far as they were counted. */
export interface JobCount {
  readonly count: number
  /** Whether there may be more, because the count was ended by its limit or its time. */
  readonly hasMore: boolean
}

/** How many jobs a filter matches, in all and in each of its states. */
export interface JobCounts extends JobCount {
  readonly states: Readonly<Record<JobState, JobCount>>
}

export interface CountJobsOptions {
  /** Where to stop to count a state, up to 100,000. Default 10,000. */
  readonly limit?: number
  /** How long to count, up to 20 seconds. Default `"2s"`. Without conditions all states are counted at once, by their indexes. */
  readonly within?: Duration
}

type Counts = Record<JobState, { count: number; hasMore: boolean }>

export async function countJobs(
  database: Queryable,
  schema: string,
  filter: Omit<JobFilter, "ids"> = {},
  options: CountJobsOptions = {},
): Promise<JobCounts> {
  assertKnownKeys(options, ["limit", "within"], ["options"])
  assertGiven(COUNT_JOBS, options, [])
  if (isRecord(filter) && "ids" in filter)
    refuse("unknown_option", filter.ids, ["filter", "ids"], "no ids: their number is known")
  const { json } = checkFilter(filter)
  const { limit = 10_000, within = "2s" } = options
  const withinMs = boundedMs(within, ["within"], 0, 20_000)
  const states = statesOf(filter) ?? JOB_STATES
  const isOnlyState = Object.entries(filter).every(([key, value]) => key === "state" || value === undefined)
  const counts = isOnlyState
    ? await countStates(database, schema, limit)
    : await countMatching(database, schema, json, states, limit, withinMs)
  return sumOf(counts, states)
}

async function countStates(database: Queryable, schema: string, limit: number): Promise<Counts> {
  const { text, values } = protocolCall(schema, "count_states", { p_limit: limit + 1 })
  const { rows } = await database.query(`select ${text}::pg_catalog.text as counts`, values)
  const counted: Record<JobState, number> & { readonly beyond: readonly JobState[] } = JSON.parse(
    rows[0].counts,
  )
  const counts = noneCounted()
  for (const state of JOB_STATES)
    counts[state] = {
      count: Math.min(limit, counted[state]),
      hasMore: counted[state] > limit || counted.beyond.includes(state),
    }
  return counts
}

const FINISHED_STATES = ["succeeded", "discarded", "canceled"] as const
const FILTER_CAST = { p_filter: "pg_catalog.text::pg_catalog.jsonb" }

/** Each part has its share of the time, so that a large backlog doesn't hide the history. */
async function countMatching(
  database: Queryable,
  schema: string,
  json: string,
  states: readonly JobState[],
  limit: number,
  withinMs: number,
): Promise<Counts> {
  const counts = noneCounted()
  const finished = FINISHED_STATES.filter((state) => states.includes(state))
  const unfinished = states.filter((state) => !finished.includes(state as never))
  const shareMs = withinMs / (finished.length + (unfinished.length > 0 ? 1 : 0))
  if (unfinished.length > 0)
    await countPages(counts, unfinished, limit, shareMs, (after) =>
      countUnfinished(database, schema, json, after),
    )
  for (const state of finished) {
    const read = state === "succeeded" ? countSucceeded : countUnsuccessful
    await countPages(counts, [state], limit, shareMs, (after) => read(database, schema, json, state, after))
  }
  return counts
}

/** What a page has, and where the next one begins. */
interface CountedPage {
  readonly found: Partial<Record<JobState, number>>
  readonly next: readonly (number | string)[] | undefined
}

async function countPages(
  counts: Counts,
  states: readonly JobState[],
  limit: number,
  withinMs: number,
  read: (after: CountedPage["next"]) => Promise<CountedPage>,
): Promise<void> {
  const endsAtMs = performance.now() + withinMs
  let next: CountedPage["next"]
  do {
    const page = await read(next)
    for (const state of states) counts[state].count += page.found[state] ?? 0
    next = page.next
  } while (next && performance.now() < endsAtMs && states.some((state) => counts[state].count <= limit))
  for (const state of states) {
    const { count } = counts[state]
    counts[state] = { count: Math.min(limit, count), hasMore: count > limit || next !== undefined }
  }
}

async function countUnfinished(
  database: Queryable,
  schema: string,
  json: string,
  [after, upto]: readonly (number | string)[] = [],
): Promise<CountedPage> {
  const { text, values } = protocolCall(
    schema,
    "count_jobs",
    { p_filter: json, p_after: after ?? 0, p_upto: upto },
    FILTER_CAST,
  )
  const [row] = await jsonRows(database, `select counts, after_id, upto_id from ${text}`, values)
  return { found: row.counts, next: row.after_id === null ? undefined : [row.after_id, row.upto_id] }
}

async function countSucceeded(
  database: Queryable,
  schema: string,
  json: string,
  state: JobState,
  [before, part, page]: readonly (number | string)[] = [],
): Promise<CountedPage> {
  const { text, values } = protocolCall(
    schema,
    "find_finished_jobs",
    {
      p_filter: json,
      p_states: toPgTextArray([state]),
      p_before: before,
      p_part: part ?? 0,
      p_page: page ?? 0,
    },
    FILTER_CAST,
  )
  const columns = "pg_catalog.cardinality(ids) as found, before_at, part, page"
  const [row] = await jsonRows(database, `select ${columns} from ${text}`, values)
  const next = row.part === null ? undefined : [row.before_at, row.part, row.page]
  return { found: { [state]: row.found }, next }
}

async function countUnsuccessful(
  database: Queryable,
  schema: string,
  json: string,
  state: JobState,
  [before, id]: readonly (number | string)[] = [],
): Promise<CountedPage> {
  const { text, values } = protocolCall(
    schema,
    "list_unsuccessful_jobs",
    { p_filter: json, p_state: state, p_before: before, p_id: id, p_limit: null },
    FILTER_CAST,
  )
  const [row] = await jsonRows(database, `select matched, next_before, next_id from ${text}`, values)
  const next = row.next_before === null ? undefined : [row.next_before, row.next_id]
  return { found: { [state]: row.matched }, next }
}

function noneCounted(): Counts {
  return Object.fromEntries(JOB_STATES.map((state) => [state, { count: 0, hasMore: false }])) as Counts
}

function sumOf(counts: Counts, states: readonly JobState[]): JobCounts {
  const asked = states.map((state) => counts[state])
  for (const state of JOB_STATES) if (!states.includes(state)) counts[state] = { count: 0, hasMore: false }
  return {
    count: asked.reduce((sum, { count }) => sum + count, 0),
    hasMore: asked.some(({ hasMore }) => hasMore),
    states: counts,
  }
}
