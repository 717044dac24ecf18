import {
  type AnyJobDefinition,
  type EnqueueOptions,
  type EnqueueResult,
  InvalidInputError,
  PayloadTooLargeError,
  type ScheduleSettings,
  type Sluice,
  SluiceError,
  UniqueKeyTakenError,
} from "@sluice/core"
import type { Client } from "pg"
import type { Report } from "./report.ts"
import { Refusal, type ScheduleSource, type Source, type SourceRow, type Tables } from "./source.ts"

/** Jobs that are read, stored and deleted by one statement each. */
const BATCH = 500

/** Most that Sluice counts. */
const MOST_ATTEMPTS = 32_767

export interface Move {
  readonly source: Source
  /** The command's name of the source. */
  readonly system: string
  readonly database: Client
  readonly tables: Tables
  /** On the same connection. */
  readonly sluice: Sluice
  readonly schema: string
  /** Of the app, if it has given them. */
  readonly jobs: readonly AnyJobDefinition[] | undefined
  /** Names of jobs in Sluice, by those in the source. */
  readonly names: ReadonlyMap<string, string>
  /** Of all moved jobs. Default: as in the source. */
  readonly queue: string | undefined
  readonly crontab: string | undefined
  readonly report: Report
}

/** Moves all jobs that wait, and the schedules, in the transaction that is open. */
export async function move(how: Move): Promise<void> {
  const { source, database, tables, report } = how
  if (source.prepare) await database.query(source.prepare(tables))
  const policies = await readPolicies(how)
  await database.query(`declare waiting no scroll cursor for ${source.select(tables)}`)
  for (;;) {
    const { rows } = await database.query<SourceRow>(`fetch ${BATCH} from waiting`)
    if (rows.length === 0) break
    await store(how, prepare(how, rows, policies))
  }
  await moveSchedules(how)
  const left = await database.query(source.count(tables))
  const { unfinished, failed } = left.rows[0]
  report.failed = failed
  report.inUse = Math.max(0, unfinished - report.countRefused("job"))
}

interface Prepared {
  readonly row: SourceRow
  readonly job: { readonly name: string; readonly payload: unknown; readonly options: EnqueueOptions }
}

/** The rows as jobs for `enqueueMany`, without those that can't be moved. */
function prepare(how: Move, rows: readonly SourceRow[], policies: PoliciesByName): Prepared[] {
  return rows.flatMap((row) => {
    try {
      if (row.refusal) throw new Refusal(row.refusal)
      const name = how.names.get(row.name) ?? row.name
      const payload = how.source.readPayload ? how.source.readPayload(row.payload) : row.payload
      return [
        { row, job: { name, payload: payload ?? {}, options: optionsOf(how, row, policies.get(name)) } },
      ]
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      how.report.noteRefused("job", row.name, row.id, error.message)
      return []
    }
  })
}

function optionsOf({ system, queue }: Move, row: SourceRow, policies: Policies | undefined): EnqueueOptions {
  return withoutUndefined({
    runAt: row.run_at,
    queue: queue ?? row.queue ?? undefined,
    priority: row.priority === 0 ? undefined : row.priority,
    maxAttempts: row.max_attempts ?? undefined,
    unique: uniqueOf(row, policies),
    concurrencyKey: (!policies?.hasLimits && row.concurrency_key) || undefined,
    concurrencyOrder: (!policies?.hasLimits && row.concurrency_order) || undefined,
    tags: row.tags?.length ? row.tags : undefined,
    metadata: { importedFrom: { system, id: row.id, ...row.details } },
  }) as EnqueueOptions
}

/** What is in Sluice is newer than what comes from the source, so it is kept whatever the definition says. */
function uniqueOf(row: SourceRow, policies: Policies | undefined) {
  const key = row.unique_key ?? undefined
  if (!policies?.isUnique)
    return key === undefined ? undefined : { key, while: row.unique_while ?? "unfinished" }
  if (policies.hasLongestWait)
    throw new Refusal("waiting jobs of this name are rescheduled up to a longestWait: pass --jobs to move it")
  if (policies.changesWaiting) return { key, while: "waiting", onConflict: "keep", longestWait: undefined }
  return { key, onConflict: "keep" }
}

/** What definitions say that a job from elsewhere must not contradict. */
interface Policies {
  readonly isUnique: boolean
  /** A second job changes the one that waits, so the key is that of a waiting job. */
  readonly changesWaiting: boolean
  readonly hasLimits: boolean
  /** And it can't be left out, because only the database knows the definition. */
  readonly hasLongestWait: boolean
}

type PoliciesByName = ReadonlyMap<string, Policies>

/** Of the app's definitions, or of those that are registered. */
async function readPolicies({ database, schema, jobs }: Move): Promise<PoliciesByName> {
  if (jobs) return new Map(jobs.map((job) => [job.name, policiesOf(job)]))
  const { rows } = await database.query(
    `select d.name, d.unique_rule is not null as is_unique,
            coalesce(d.unique_rule->>'on_conflict' in ('replace', 'reschedule'), false) as changes_waiting, d.concurrency_limit is not null as has_limits,
            coalesce(d.unique_rule ? 'longest_wait_ms', false) as has_longest_wait
     from ${schema}.definitions d`,
  )
  return new Map(
    rows.map((row) => [
      row.name,
      {
        isUnique: row.is_unique,
        changesWaiting: row.changes_waiting,
        hasLongestWait: row.has_longest_wait,
        hasLimits: row.has_limits,
      },
    ]),
  )
}

function policiesOf({ unique, uniqueKey, concurrency }: AnyJobDefinition): Policies {
  return {
    isUnique: (unique ?? uniqueKey) !== undefined,
    changesWaiting: unique?.onConflict === "replace" || unique?.onConflict === "reschedule",
    hasLongestWait: false,
    hasLimits: concurrency !== undefined,
  }
}

/** Stores jobs, and deletes them from the source. One that is refused is left there, and the others are stored. */
async function store(how: Move, jobs: readonly Prepared[]): Promise<void> {
  for (let rest = jobs; rest.length > 0; ) {
    const stored = await tryToStore(how, rest)
    if ("results" in stored) return finish(how, rest, stored.results)
    await store(how, rest.slice(0, stored.before))
    rest = rest.slice(stored.before)
    if (stored.reason !== undefined) rest = refuseFirst(how, rest, stored.reason)
  }
}

function refuseFirst({ report }: Move, jobs: readonly Prepared[], reason: string): Prepared[] {
  const [{ row }, ...others] = jobs as [Prepared, ...Prepared[]]
  report.noteRefused("job", row.name, row.id, reason)
  return others
}

/** What `enqueueMany` returned, or how many of the first jobs to store alone, and why the one behind them is refused, if it is. */
type Stored = { readonly results: EnqueueResult[] } | { readonly before: number; readonly reason?: string }

async function tryToStore({ database, sluice }: Move, jobs: readonly Prepared[]): Promise<Stored> {
  await database.query("savepoint batch")
  try {
    const results = await sluice.enqueueMany(
      jobs.map(({ job }) => job as never),
      { transaction: database },
    )
    await database.query("release savepoint batch")
    return { results }
  } catch (error) {
    await database.query("rollback to savepoint batch")
    const refusal = refusalOf(error, jobs.length)
    if (!refusal) throw error
    return refusal
  }
}

function refusalOf(error: unknown, count: number): Stored | undefined {
  const isTooLarge = error instanceof PayloadTooLargeError && error.code === "batch_too_large"
  if (isTooLarge && count > 1) return { before: Math.floor(count / 2) }
  const isOfOne = error instanceof InvalidInputError || error instanceof UniqueKeyTakenError
  if (!isOfOne || error.index === undefined) return undefined
  if (error instanceof UniqueKeyTakenError) return { before: error.index, reason: KEY_TAKEN }
  return { before: error.index, reason: withoutPlace(error.message) }
}

const KEY_TAKEN = "a job in Sluice has its unique key"

async function finish(
  how: Move,
  jobs: readonly Prepared[],
  results: readonly EnqueueResult[],
): Promise<void> {
  const { database, schema, source, tables, report } = how
  const moved = jobs.flatMap(({ row }, index) => {
    const { id, status, state } = results[index] as EnqueueResult
    if (status === "enqueued") return [{ row, id, state, name: jobs[index]?.job.name as string }]
    report.noteRefused("job", row.name, row.id, KEY_TAKEN)
    return []
  })
  for (const { name, state } of moved) report.noteMoved(name, state)
  await database.query(`select ${schema}.backdate_jobs(p_ids => $1, p_attempts => $2, p_enqueued_at => $3)`, [
    moved.map(({ id }) => id),
    moved.map(({ row }) => Math.min(row.attempts, MOST_ATTEMPTS)),
    moved.map(({ row }) => row.created_at),
  ])
  const removed = await database.query(source.remove(tables), [
    JSON.stringify(moved.map(({ row: { id, name } }) => ({ id, name }))),
  ])
  if (removed.rowCount !== moved.length) throw kept(how, moved.length - (removed.rowCount ?? 0))
}

/** Both queues would perform them. */
function kept({ system }: Move, count: number): SluiceError {
  return new SluiceError(
    "source_kept_jobs",
    `${count} of the jobs that were read can't be deleted from ${system}, perhaps because of a trigger or a rule of its table: nothing is moved`,
  )
}

async function moveSchedules(how: Move): Promise<void> {
  const { source, report } = how
  const schedules = (await source.readSchedules?.(how satisfies ScheduleSource)) ?? []
  for (const schedule of schedules) {
    const name = how.names.get(schedule.settings.name) ?? schedule.settings.name
    const reason = schedule.refusal ?? (await tryToSet(how, schedule.key, { ...schedule.settings, name }))
    if (reason !== undefined) {
      report.noteRefused("schedule", schedule.name, schedule.id, reason)
      continue
    }
    await source.removeSchedule?.(how, schedule)
    report.schedules.push(schedule.key)
  }
}

/** Sets a schedule, or returns why it can't be set. */
async function tryToSet(how: Move, key: string, settings: ScheduleSettings): Promise<string | undefined> {
  const { database, sluice } = how
  await database.query("savepoint schedule")
  try {
    const there = await sluice.getSchedule(key)
    if (there && !(there.name === settings.name && there.cron === settings.cron))
      return `Sluice has another schedule with the key ${JSON.stringify(key)}`
    const refusal = there ? undefined : await refusalOfTick(how, settings)
    if (!there && refusal === undefined) await sluice.setSchedule(key, settings)
    await database.query("release savepoint schedule")
    return refusal
  } catch (error) {
    await database.query("rollback to savepoint schedule")
    if (error instanceof InvalidInputError) return error.message
    throw error
  }
}

/**
 * Why the jobs of a schedule couldn't be enqueued: Sluice doesn't know their name, or their payload doesn't fit. It is found by
 * enqueueing one and undoing that, because a schedule is set without a look at its job.
 */
async function refusalOfTick(
  { database, sluice }: Move,
  { name, payload = {}, options = {} }: ScheduleSettings,
): Promise<string | undefined> {
  await database.query("savepoint tick")
  const error = await sluice
    .enqueueMany([{ name, payload, options } as never], { transaction: database })
    .then(
      () => undefined,
      (error) => error,
    )
  await database.query("rollback to savepoint tick")
  return error instanceof InvalidInputError ? withoutPlace(error.message) : undefined
}

/** The message of a refused job, without its place in the list. */
function withoutPlace(message: string): string {
  return message.replace(/^jobs\[\d+\]: /, "")
}

function withoutUndefined<Value extends object>(value: Value): Value {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Value
}
