import { type Duration, durationMs } from "../checks/duration.ts"
import { assertKnownKeys, isText, refuse } from "../checks/validate.ts"
import { toPgArray, toPgTextArray } from "../database/array-literal.ts"
import type { Queryable } from "../database/connection.ts"
import { jsonRows } from "../database/pool-queryable.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { isLockTableFull } from "../database/sqlstate.ts"
import { checkFilter, type JobFilter, MOST_IDS, statesOf } from "../job/job-filter.ts"
import type { JobState } from "../job/job-options.ts"
import { LAST_INSTANT_MS } from "../job/option-values.ts"
import { type Acted, act, callVerb, isHeld, type Verb } from "./jobs.ts"

export interface BulkOptions {
  /** Only counts the jobs that match. Default false. */
  readonly dryRun?: boolean
  /** Ends after this long, with `next` if jobs may be left. Default: once all jobs are done. */
  readonly within?: Duration
  /** `next` of the call that this one continues. */
  readonly after?: string
}

export interface BulkResult {
  /** How many jobs the filter matches. */
  readonly matched: number
  /** How many were changed. */
  readonly changed: number
  /** The first 1,000 of those that were left, with the `code` that `JobStateError` has. */
  readonly refused: readonly { readonly id: string; readonly code: string }[]
  /** Set if the time was over first: pass it as `after` to continue. */
  readonly next?: string
}

/** What a verb is for: jobs of the backlog, or of the history in these states. */
export type Side = "unfinished" | readonly JobState[]

const BULK_OPTIONS = ["dryRun", "within", "after"] satisfies readonly (keyof BulkOptions)[]

/** Jobs of one statement, which takes a lock for each: as many as a claim. */
const LARGEST_SET = 500
const MOST_REFUSED = 1_000
const LARGEST_ID = 999_999_999_999_999
/** An oid. */
const LARGEST_PART = 2 ** 32 - 1
/** A table has fewer pages, and that many more can still be counted. */
const LARGEST_PAGE = 4_000_000_000

/** A page of jobs, and where the next one begins. */
interface Page {
  readonly ids: readonly string[]
  /** Of finished jobs: where they are, as Postgres writes it. */
  readonly places?: readonly string[]
  readonly next: string | undefined
}

type FindPage = (after: string | undefined) => Promise<Page>

/** Applies a verb to all jobs that a filter matches, a set of them in each statement. */
export async function actOnMatching(
  database: Queryable,
  schema: string,
  side: Side,
  verb: Verb,
  filter: JobFilter,
  options: BulkOptions,
  onActed: (acted: readonly Acted[]) => Promise<void> | void,
): Promise<BulkResult> {
  const findPage = pagesOf(database, schema, side, filter)
  const { dryRun = false, within, after } = checkOptions(options)
  const endsAtMs = within === undefined ? Number.POSITIVE_INFINITY : performance.now() + durationMs(within)
  const tally = createTally(onActed)
  let next = after
  do {
    const page = await findPage(next)
    tally.matched += page.ids.length
    next = page.next
    if (!dryRun) await actOnPage(database, verb, page, tally)
  } while (next !== undefined && performance.now() < endsAtMs)
  // those that somebody had for a moment, now that the moment is over for most
  for (const ids of setsOf(tally.held.splice(0))) await tally.add(await act(database, verb, ids))
  const { matched, changed, refused } = tally
  return { matched, changed, refused, ...(next !== undefined && { next }) }
}

function checkOptions(options: BulkOptions): BulkOptions {
  assertKnownKeys(options, BULK_OPTIONS, ["options"])
  const { dryRun, within, after } = options
  if (dryRun !== undefined && typeof dryRun !== "boolean")
    refuse("invalid_option", dryRun, ["dryRun"], "true or false")
  if (within !== undefined) durationMs(within, ["within"])
  if (after !== undefined && !isText(after, 200))
    refuse("invalid_option", after, ["after"], "the last `next`")
  return options
}

function createTally(onActed: (acted: readonly Acted[]) => Promise<void> | void) {
  const tally = {
    matched: 0,
    changed: 0,
    refused: [] as { id: string; code: string }[],
    held: [] as string[],
    async add(acted: readonly Acted[]): Promise<void> {
      for (const { id, refusal } of acted) {
        if (refusal === null) tally.changed++
        else if (tally.refused.length < MOST_REFUSED) tally.refused.push({ id, code: refusal })
      }
      await onActed(acted)
    },
  }
  return tally
}

async function actOnPage(
  database: Queryable,
  verb: Verb,
  { ids, places }: Page,
  tally: ReturnType<typeof createTally>,
): Promise<void> {
  for (let from = 0; from < ids.length; from += LARGEST_SET) {
    const to = from + LARGEST_SET
    const acted = await actOnSet(database, verb, ids.slice(from, to), places?.slice(from, to))
    tally.held.push(...acted.filter(isHeld).map(({ id }) => id))
    await tally.add(acted.filter((one) => !isHeld(one)))
  }
}

/** In halves if the server's lock table has no room for all of it. */
async function actOnSet(
  database: Queryable,
  verb: Verb,
  ids: readonly string[],
  places: readonly string[] | undefined,
): Promise<Acted[]> {
  try {
    return await callVerb(database, verb(ids, places))
  } catch (error) {
    if (!isLockTableFull(error) || ids.length === 1) throw error
    const middle = Math.ceil(ids.length / 2)
    const first = await actOnSet(database, verb, ids.slice(0, middle), places?.slice(0, middle))
    return [...first, ...(await actOnSet(database, verb, ids.slice(middle), places?.slice(middle)))]
  }
}

function setsOf(ids: readonly string[]): string[][] {
  const sets: string[][] = []
  for (let from = 0; from < ids.length; from += LARGEST_SET) sets.push(ids.slice(from, from + LARGEST_SET))
  return sets
}

/** Checks the filter, and returns what finds its jobs. */
function pagesOf(database: Queryable, schema: string, side: Side, filter: JobFilter): FindPage {
  const { ids, json } = checkFilter(filter)
  if (Object.values(filter).every((condition) => condition === undefined))
    refuse("invalid_option", filter, ["filter"], "at least one condition")
  if (ids) return (after) => findById(database, schema, json, [...new Set(ids)], after)
  if (side === "unfinished") return (after) => findUnfinished(database, schema, json, after)
  const wanted = statesOf(filter)
  const states = wanted === undefined ? side : side.filter((state) => wanted.includes(state))
  return (after) => findFinished(database, schema, json, states, after)
}

const FILTER_CAST = { p_filter: "pg_catalog.text::pg_catalog.jsonb" }

async function findById(
  database: Queryable,
  schema: string,
  json: string,
  ids: readonly string[],
  after: string | undefined,
): Promise<Page> {
  const from = positionOf(after, [MOST_IDS])[0] ?? 0
  const some = ids.slice(from, from + LARGEST_SET)
  const { text, values } = protocolCall(
    schema,
    "find_jobs_by_id",
    { p_filter: json, p_ids: toPgArray(some) },
    FILTER_CAST,
  )
  const { rows } = await database.query(
    `select pg_catalog.to_json(${text}::pg_catalog.text[])::pg_catalog.text as ids`,
    values,
  )
  const isLast = from + LARGEST_SET >= ids.length
  return { ids: JSON.parse(rows[0].ids), next: isLast ? undefined : String(from + LARGEST_SET) }
}

async function findUnfinished(
  database: Queryable,
  schema: string,
  json: string,
  after: string | undefined,
): Promise<Page> {
  const [afterId, uptoId] = positionOf(after, [LARGEST_ID, LARGEST_ID])
  const { text, values } = protocolCall(
    schema,
    "find_jobs",
    { p_filter: json, p_after: afterId ?? 0, p_upto: uptoId },
    FILTER_CAST,
  )
  const columns = "ids::pg_catalog.text[], after_id, upto_id"
  const [row] = await jsonRows(database, `select ${columns} from ${text}`, values)
  return { ids: row.ids, next: row.after_id === null ? undefined : `${row.after_id}-${row.upto_id}` }
}

async function findFinished(
  database: Queryable,
  schema: string,
  json: string,
  states: readonly JobState[],
  after: string | undefined,
): Promise<Page> {
  const [part, page, beforeMs] = positionOf(after, [LARGEST_PART, LARGEST_PAGE, LAST_INSTANT_MS])
  const { text, values } = protocolCall(
    schema,
    "find_finished_jobs",
    {
      p_filter: json,
      p_states: toPgTextArray(states),
      p_before: beforeMs === undefined ? undefined : new Date(beforeMs).toISOString(),
      p_part: part ?? 0,
      p_page: page ?? 0,
    },
    FILTER_CAST,
  )
  const before = "pg_catalog.ceil(extract(epoch from before_at) * 1000)::pg_catalog.int8 as before_ms"
  const columns = `ids::pg_catalog.text[], places::pg_catalog.text[], part, page, ${before}`
  const [row] = await jsonRows(database, `select ${columns} from ${text}`, values)
  const next = row.part === null ? undefined : `${row.part}-${row.page}-${row.before_ms}`
  return { ids: row.ids, places: row.places, next }
}

/** A place in the jobs: numbers that the page before has returned. */
function positionOf(after: string | undefined, largest: readonly number[]): (number | undefined)[] {
  if (after === undefined) return []
  const parts = /^\d{1,15}(-\d{1,15})*$/.test(after) ? after.split("-").map(Number) : []
  const isPosition =
    parts.length === largest.length && parts.every((part, index) => part <= (largest[index] as number))
  if (!isPosition) refuse("invalid_option", after, ["after"], "the last `next`")
  return parts
}
