import { boundedMs, type Duration } from "./checks/duration.ts"
import { assertKnownKeys, assertPolicies } from "./checks/validate.ts"
import type { Queryable } from "./database/connection.ts"
import { poolQueryable } from "./database/pool-queryable.ts"
import { protocolCall } from "./database/protocol-call.ts"
import { assertSchemaName } from "./database/schema.ts"
import { asQueryable, type TransactionClient } from "./database/transaction-client.ts"
import { translateError } from "./database/translate-error.ts"
import { type Catalog, type NewJob, storeJob, storeJobs } from "./enqueue/enqueue.ts"
import { InvalidInputError } from "./errors.ts"
import { type Backlog, readBacklog } from "./inspect/backlog.ts"
import { type JobSnapshot, type ReadJobOptions, readJob } from "./inspect/job.ts"
import { type QueueSnapshot, type ReadQueuesOptions, readQueues } from "./inspect/queues.ts"
import { type AnyJobDefinition, bindDefinition, type InputOf } from "./job/define-job.ts"
import type { EnqueueOptions, EnqueueResult, JobPolicies } from "./job/job-options.ts"
import { pauseQueue, resumeQueue } from "./manage/queues.ts"
import type { Instrumentation } from "./telemetry/instrumentation.ts"

export interface SluiceOptions {
  /** Where enqueueing and reading go: a pg `Pool`, or anything else that runs a statement. Any pooler will do. */
  readonly database: Queryable
  /** The definitions this app enqueues or performs. Without the list any name may be enqueued, unchecked. */
  readonly jobs?: readonly AnyJobDefinition[]
  /** The schema that `migrate` made. Default `"sluice"`. */
  readonly schema?: string
  /** Policies of jobs whose definition and call say nothing. */
  readonly defaults?: JobPolicies
  /**
   * Invokes a drainer. Called after a job that is due was stored while no drainer is awake; of many calls at once, one
   * is made. What it throws is ignored, because the job is stored and the schedule comes. Default: the schedule is waited for.
   */
  readonly wake?: () => Promise<void>
  /**
   * How long a statement of enqueueing or reading is waited for; then `DatabaseUnavailableError` is thrown, and whether
   * it was carried out is not known. Not for those in a `transaction` of yours. Default `"30s"`.
   */
  readonly answerWithin?: Duration
  /** Follows jobs from enqueue to perform, as `openTelemetry()` of `@sluice/core/opentelemetry`. */
  readonly instrumentation?: Instrumentation
}

export interface Sluice extends Catalog {
  readonly database: Queryable
  /**
   * Stores one job. Throws `InvalidInputError` (of which `UnknownJobError`, `InvalidPayloadError` and
   * `PayloadTooLargeError`), `DatabaseUnavailableError` or `SchemaError`; then nothing is stored.
   */
  enqueue<Definition extends AnyJobDefinition>(
    job: Definition | Definition["name"],
    payload: InputOf<Definition>,
    options?: EnqueueOptions,
  ): Promise<EnqueueResult>
  /** Stores up to 100,000 jobs (64 MiB) in one statement, all or none. An error names the first bad job by its `index`. */
  enqueueMany(
    jobs: readonly NewJob[],
    options?: { transaction?: TransactionClient },
  ): Promise<EnqueueResult[]>
  /** Has a drainer invoked unless one is awake. For after the commit of a transaction in which jobs were enqueued. */
  wake(): Promise<void>
  /** The job with its state, result and last errors, or undefined for an id that is unknown or whose history was dropped. */
  getJob(id: string, options?: ReadJobOptions): Promise<JobSnapshot | undefined>
  /** The queues that have live jobs or have been paused, by name. */
  listQueues(options?: ReadQueuesOptions): Promise<QueueSnapshot[]>
  /** How many jobs are due and not running, and how long the first of them has waited. One cheap statement. */
  getBacklog(): Promise<Backlog>
  /** Sets the queue's jobs aside; what runs goes on to its end. */
  pauseQueue(name: string): Promise<void>
  resumeQueue(name: string): Promise<void>
}

/** Joins job definitions and a database. Opens no connection and runs no statement. */
export function createSluice(options: SluiceOptions): Sluice {
  assertKnownKeys(
    options,
    ["database", "jobs", "schema", "defaults", "wake", "instrumentation", "answerWithin"],
    ["createSluice"],
  )
  assertKnownKeys(options.defaults ?? {}, ["queue", "priority", "maxAttempts", "timeout"], ["defaults"])
  assertPolicies(options.defaults ?? {}, ["defaults"])
  const answerWithinMs = boundedMs(options.answerWithin ?? "30s", ["answerWithin"], 100, 86_400_000)
  const database = poolQueryable(options.database, answerWithinMs)
  const schema = assertSchemaName(options.schema ?? "sluice")
  const catalog: Catalog = {
    schema,
    definitions: options.jobs && byName(options.jobs),
    defaults: options.defaults ?? {},
    instrumentation: options.instrumentation,
  }

  const sluice: Sluice = {
    ...catalog,
    database,
    async enqueue(job, payload, given) {
      const { transaction, ...options } = given ?? {}
      const name = typeof job === "string" ? job : job.name
      const result = await storeJob(catalog, target(transaction), { name, payload, options })
      if (!transaction) await wakeFor([name], [result])
      return result
    },
    async enqueueMany(jobs, { transaction } = {}) {
      const results = await storeJobs(catalog, target(transaction), jobs)
      if (!transaction)
        await wakeFor(
          jobs.map(({ name }) => name),
          results,
        )
      return results
    },
    wake: () => wakeIfNeeded(),
    getJob: (id, options) => translated(readJob(database, schema, id, options)),
    listQueues: (options) => translated(readQueues(database, schema, options)),
    getBacklog: () => translated(readBacklog(database, schema)),
    pauseQueue: (name) => translated(pauseQueue(database, schema, name)),
    async resumeQueue(name) {
      await translated(resumeQueue(database, schema, name))
      await sluice.wake()
    },
  }
  for (const definition of options.jobs ?? []) bindDefinition(definition, sluice as never)
  return sluice

  function target(transaction: TransactionClient | undefined): Queryable {
    return transaction === undefined ? database : asQueryable(transaction)
  }

  async function wakeFor(names: readonly string[], results: readonly EnqueueResult[]): Promise<void> {
    const stored = results.map(({ status, state }, index) => ({ name: names[index], state, status }))
    const named = (wanted: string) => [
      ...new Set(
        stored.flatMap(({ name, state, status }) =>
          status === "enqueued" && state === wanted ? [name] : [],
        ),
      ),
    ]
    const [due, later] = [named("ready"), named("scheduled")]
    if (due.length + later.length > 0) await wakeIfNeeded(due, later)
  }

  /**
   * Asked after the commit: a drainer that is awake by then, and knows the jobs, looks once more before it ends. Without
   * names it is asked for all that waits.
   */
  async function wakeIfNeeded(due?: unknown[], later?: unknown[]): Promise<void> {
    if (!options.wake) return
    try {
      const { text, values } = protocolCall(schema, "request_wake", { p_due: due, p_later: later })
      const { rows } = await database.query(`select ${text}::pg_catalog.text as needed`, values)
      if (rows[0].needed === "true") await options.wake()
    } catch {
      // the jobs are stored, and the schedule comes
    }
  }
}

function byName(jobs: readonly AnyJobDefinition[]): Map<string, AnyJobDefinition> {
  const definitions = new Map<string, AnyJobDefinition>()
  for (const job of jobs) {
    if (definitions.has(job.name)) {
      throw new InvalidInputError(
        "duplicate_job",
        `Two definitions are named ${JSON.stringify(job.name)}: names tell jobs apart, so give one another`,
      )
    }
    definitions.set(job.name, job)
  }
  return definitions
}

async function translated<Value>(work: Promise<Value>): Promise<Value> {
  try {
    return await work
  } catch (error) {
    throw translateError(error)
  }
}
