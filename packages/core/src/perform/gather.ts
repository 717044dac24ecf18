import { assertKnownKeys, isRecord } from "../checks/validate.ts"
import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { SCHEMA_VERSION } from "../database/schema.ts"
import { type JobsToStore, JSON_TEXT, type NewJob, storeJobs } from "../enqueue/enqueue.ts"
import { storeAround } from "../enqueue/store-around.ts"
import { JobsFailedError } from "../errors.ts"
import type { GatheredOutcome, JobToGather } from "../job/gathering.ts"
import { jobFailedError } from "../job/job-handle.ts"
import { readObject } from "../job/read-object.ts"
import { type JobRun, recordCheckpoint } from "./job-run.ts"
import { assertOwned, type EndedWait, endedWait, query } from "./saved-progress.ts"

/** Failed jobs that an error lists. */
const MOST_LISTED = 100
/** And those that its message tells. */
const MOST_TOLD = 3
/** Results that are read from the app's store at once. */
const READS_AT_ONCE = 8

/** Stores the jobs for which a job is to wait, and the checkpoint that remembers them, in one statement. */
export async function storeGathering(run: JobRun, name: string, jobs: readonly JobToGather[]): Promise<void> {
  const { catalog, drainer, wake } = run.environment
  const newJobs = (Array.isArray(jobs) ? jobs.map(toNewJob) : jobs) as readonly NewJob[]
  const call = (stored: JobsToStore) =>
    protocolCall(
      drainer.schema,
      "gather_jobs",
      {
        p_backend: drainer.backendPid,
        p_job: run.job.id,
        p_fence: run.job.fence,
        p_name: name,
        p_schema_version: SCHEMA_VERSION,
        p_jobs: stored.jobs,
        p_carrier: stored.carrier,
        p_by_name: stored.byName,
      },
      { p_jobs: JSON_TEXT, p_carrier: JSON_TEXT, p_by_name: JSON_TEXT },
    )
  const how = { asks: false, request: undefined, batch: { call } }
  await storeAround(catalog, newJobs, undefined, () => storeJobs(catalog, sessionOf(run), newJobs, how))
  recordCheckpoint(run)
  if (drainer.pool !== null) await wake({ onlyDue: true }) // this one may not perform them
}

const JOB_KEYS = ["job", "name", "payload", "options"]

function toNewJob(given: JobToGather, place: number): unknown {
  if (!isRecord(given)) return given
  assertKnownKeys(given, JOB_KEYS, ["jobs", `${place}`])
  if (!("job" in given)) return given
  const { job, ...rest } = given
  return { ...rest, name: isRecord(job) ? job.name : job }
}

/** The drainer's session, for what belongs to an execution. */
function sessionOf(run: JobRun): Queryable {
  return {
    async query(text, values = []) {
      const rows = await query(run, text, values)
      assertOwned(
        run,
        rows.map(({ is_ours }) => ({ is_ours: is_ours === "true" })),
      )
      return { rows, rowCount: rows.length }
    },
  }
}

/** Returns how the wait for the jobs has ended, as JSON, or how long it may still last. */
export async function awaitGathered(run: JobRun, name: string, timeoutMs: number): Promise<EndedWait> {
  const { drainer } = run.environment
  const { text, values } = protocolCall(drainer.schema, "await_gathered", {
    p_backend: drainer.backendPid,
    p_job: run.job.id,
    p_fence: run.job.fence,
    p_name: name,
    p_timeout_ms: timeoutMs,
  })
  return endedWait(run, await query(run, `select * from ${text}`, values))
}

/** A job as the SQL function `gathered` returns it. */
type Row = [
  id: string,
  outcome: string | null,
  result: unknown,
  resultKey: string | null,
  error: { readonly class: string; readonly message: string } | null,
]

/** How the jobs have ended, in their order. */
export async function readGathered(run: JobRun, name: string): Promise<GatheredOutcome[]> {
  const outcomes: GatheredOutcome[] = []
  let total: number
  do {
    const page = await readPage(run, name, outcomes.length)
    total = page.total
    outcomes.push(...(await toOutcomes(run, page.rows)))
  } while (outcomes.length < total)
  return outcomes
}

async function readPage(run: JobRun, name: string, from: number): Promise<{ total: number; rows: Row[] }> {
  const { text, values } = protocolCall(run.environment.drainer.schema, "gathered", {
    p_job: run.job.id,
    p_name: name,
    p_from: from,
  })
  const [page] = await query(run, `select total, outcomes::pg_catalog.text from ${text}`, values)
  return { total: page.total, rows: JSON.parse(page.outcomes ?? "[]") }
}

async function toOutcomes(run: JobRun, rows: readonly Row[]): Promise<GatheredOutcome[]> {
  const outcomes = rows.map(([id, outcome, result, , error]) => toOutcome(id, outcome, result, error))
  const stored = rows.flatMap(([, , , resultKey], place) =>
    resultKey === null ? [] : [{ resultKey, place }],
  )
  for (let first = 0; first < stored.length; first += READS_AT_ONCE)
    await Promise.all(
      stored.slice(first, first + READS_AT_ONCE).map(async ({ resultKey, place }) => {
        const value = await readResult(run, resultKey)
        outcomes[place] = { ...(outcomes[place] as GatheredOutcome), value } as GatheredOutcome
      }),
    )
  return outcomes
}

async function readResult(
  { environment: { payloads }, cancellation }: JobRun,
  key: string,
): Promise<unknown> {
  return payloads && ((await readObject(payloads.store, key, cancellation.signal)) ?? null)
}

function toOutcome(id: string, outcome: string | null, value: unknown, error: Row[4]): GatheredOutcome {
  if (outcome === "succeeded") return { id, status: outcome, value: value as never }
  const status = outcome === "discarded" ? outcome : "canceled"
  return { id, status, error: jobFailedError(`job ${id}`, id, status, error ?? undefined) }
}

/** What the jobs returned. Throws if one of them did not succeed. */
export function resultsOf(name: string, outcomes: readonly GatheredOutcome[]): unknown[] {
  const failed = outcomes.flatMap((outcome) => (outcome.status === "succeeded" ? [] : outcome.error))
  if (failed.length === 0) return outcomes.map((outcome) => outcome.status === "succeeded" && outcome.value)
  const told = failed.slice(0, MOST_TOLD).map(({ message }) => message)
  const more = failed.length - told.length
  const which = outcomes.length === 1 ? "The job" : `${failed.length} of the ${outcomes.length} jobs`
  const message = `${which} of ${JSON.stringify(name)} did not succeed. ${told.join(". ")}${more > 0 ? `. And ${more} more` : ""}`
  throw new JobsFailedError(message, { failed: failed.slice(0, MOST_LISTED), count: failed.length })
}
