import { batchJson } from "./batches/batch-options.ts"
import { boundedMs } from "./checks/duration.ts"
import { assertPolicies } from "./checks/policies.ts"
import { assertKnownKeys, refuse } from "./checks/validate.ts"
import { toPgArray } from "./database/array-literal.ts"
import { assertDatabase } from "./database/assert-connection.ts"
import type { Queryable } from "./database/connection.ts"
import { poolQueryable } from "./database/pool-queryable.ts"
import { protocolCall } from "./database/protocol-call.ts"
import { readJson } from "./database/read-json.ts"
import { assertSchemaName } from "./database/schema.ts"
import { asQueryable, type TransactionClient } from "./database/transaction-client.ts"
import {
  type Catalog,
  type HowToStore,
  type NewJob,
  type Stored,
  storeJob,
  storeJobs,
} from "./enqueue/enqueue.ts"
import { storeAround } from "./enqueue/store-around.ts"
import { emitEvent, eventsOf } from "./events/emit.ts"
import { assertSchedules } from "./job/assert-schedules.ts"
import { assertBatchId } from "./job/batch-id.ts"
import type { AnyEvent } from "./job/define-event.ts"
import { type AnyJobDefinition, bindDefinition } from "./job/define-job.ts"
import { assertHooks } from "./job/hooks.ts"
import { indexByName } from "./job/index-by-name.ts"
import { toHandle } from "./job/job-handle.ts"
import type { EnqueueResult, JobPolicies } from "./job/job-options.ts"
import { checkPayloadOptions, type PayloadOptions } from "./job/payload-store.ts"
import type { Sluice, SluiceOptions } from "./sluice.ts"
import type { Front, Later, StoringOptions, ToWake } from "./sluice-later.ts"

const OPTION_KEYS = [
  "database",
  "jobs",
  "schedules",
  "schema",
  "defaults",
  "wake",
  "answerWithin",
  "payloads",
  "listen",
  "hooks",
  "log",
  "instrumentation",
] satisfies readonly (keyof SluiceOptions)[]

const PAYLOAD_KEYS = ["store", "over"] satisfies readonly (keyof PayloadOptions)[]

const POLICY_KEYS = [
  "queue",
  "priority",
  "maxAttempts",
  "timeout",
  "expiresIn",
] satisfies readonly (keyof JobPolicies)[]

/** What enqueueing does without, so that a function that only enqueues starts without it. */
const LATER_METHODS = [
  "enqueueWorkflow",
  "getWorkflow",
  "getBatch",
  "listBatches",
  "cancelBatch",
  "retryBatch",
  "getJob",
  "getJobStatus",
  "waitForJob",
  "completeWait",
  "listJobs",
  "countJobs",
  "getHolder",
  "getRelatives",
  "getFilterValues",
  "listQueues",
  "sampleQueues",
  "listDrainers",
  "getDrainer",
  "listWaits",
  "listEvents",
  "listKeys",
  "listRates",
  "listDefinitions",
  "getBacklog",
  "getOverview",
  "examine",
  "listErrors",
  "getError",
  "listFailures",
  "listDiscarded",
  "listSlowest",
  "getThroughput",
  "listSeries",
  "listNames",
  "getForecast",
  "listDeployments",
  "getHealth",
  "cancelJob",
  "updateJob",
  "runJobNow",
  "retryJob",
  "deleteJob",
  "cancelJobs",
  "updateJobs",
  "runJobsNow",
  "retryJobs",
  "eraseJobs",
  "deleteJobs",
  "pauseQueue",
  "resumeQueue",
  "pauseName",
  "resumeName",
  "pauseKey",
  "resumeKey",
  "limitQueue",
  "limitKey",
  "overrideLimit",
  "overrideRate",
  "listPauses",
  "setSchedule",
  "getSchedule",
  "listSchedules",
  "listTicks",
  "deleteSchedule",
  "runSchedule",
  "pauseSchedule",
  "resumeSchedule",
  "listLimits",
  "createApiKey",
  "listApiKeys",
  "rotateApiKey",
  "revokeApiKey",
  "verifyApiKey",
  "getPrincipal",
  "listActions",
] as const satisfies readonly (keyof Later)[]

/** Connects job definitions with a database. Opens no connection and runs no statement. */
// biome-ignore lint/suspicious/noExplicitAny: without definitions, jobs of any name
export function createSluice<Job extends AnyJobDefinition = any>(options: SluiceOptions<Job>): Sluice<Job> {
  assertKnownKeys(options, OPTION_KEYS, ["createSluice"])
  assertKnownKeys(options.defaults ?? {}, POLICY_KEYS, ["defaults"])
  assertPolicies(options.defaults ?? {}, ["defaults"])
  assertSchedules(options.schedules, options.jobs, ["createSluice", "schedules"])
  assertHooks(options.hooks, ["hooks"])
  if (options.log !== undefined && typeof options.log?.error !== "function")
    refuse("invalid_option", options.log, ["createSluice", "log"], "a logger, such as console")
  if (options.listen !== undefined && typeof options.listen !== "function")
    refuse(
      "invalid_option",
      options.listen,
      ["createSluice", "listen"],
      "a function such as createConnect(url)",
    )
  assertKnownKeys(options.payloads ?? {}, PAYLOAD_KEYS, ["payloads"])
  const answerWithinMs = boundedMs(options.answerWithin ?? "30s", ["answerWithin"], 100, 86_400_000)
  const database = poolQueryable(assertDatabase(options.database), answerWithinMs)
  const schema = assertSchemaName(options.schema ?? "sluice")
  const catalog: Catalog = {
    schema,
    definitions: options.jobs && indexByName(options.jobs),
    schedules: options.schedules,
    defaults: options.defaults ?? {},
    instrumentation: options.instrumentation,
    hooks: options.hooks,
    hasDefinitionHooks: options.jobs?.some(({ hooks }) => hooks) ?? false,
    log: options.log ?? console,
    payloads: options.payloads && checkPayloadOptions(options.payloads, answerWithinMs),
  }

  const events = eventsOf(options.jobs)

  const sluice: Sluice<Job> = {
    ...catalog,
    ...loadedLater({
      catalog,
      database,
      ownDatabase: options.database,
      listen: options.listen,
      store,
      wakeIfNeeded,
    }),
    database,
    async enqueue(job, payload, given) {
      const { transaction, request, ...options } = given ?? {}
      const definition = typeof job === "string" ? undefined : (job as AnyJobDefinition)
      const asks = isToWake(transaction)
      const name = definition?.name ?? (job as string)
      // most calls have no options, and then there are none to check
      const newJob: NewJob = given === undefined ? { name, payload } : { name, payload, options }
      const stored = await storeAround(catalog, [newJob], definition, async () => {
        const stored = await storeJob(catalog, target(transaction), newJob, definition, { asks, request })
        if (asks) await wakeFor(stored)
        return stored
      })
      return toHandle(stored.results[0] as EnqueueResult, sluice.waitForJob) as never
    },
    async enqueueMany(jobs, options) {
      const { results } = await store(jobs, options ?? {})
      return results
    },
    async enqueueBatch(jobs, options = {}) {
      const json = await batchJson(catalog, options)
      const { batch, results } = await store(jobs, options, { batch: { json } })
      return { ...(batch as { id: string; total: number }), jobs: results }
    },
    async addToBatch(id, jobs, options) {
      const { transaction } = options ?? {}
      const { results } = await store(jobs, { transaction }, { batch: { id: assertBatchId(id) } })
      return results
    },
    async wake(options = {}) {
      assertKnownKeys(options, ["onlyDue"], ["options"])
      await wakeIfNeeded(options)
    },
    async emit(event, payload, options) {
      const { transaction, ...others } = options ?? {}
      const asks = isToWake(transaction)
      const known =
        typeof event === "string" ? (events.get(event) ?? { name: event }) : ((event ?? {}) as AnyEvent)
      const emitted = await emitEvent(catalog, target(transaction), known, payload, others, asks)
      const { jobIds, resumedIds, areAttended } = emitted
      if (asks) await wakeIfNeeded({ ids: [...(areAttended ? [] : jobIds), ...resumedIds] })
      return { jobs: jobIds, resumed: resumedIds.length }
    },
  }
  for (const definition of options.jobs ?? []) bindDefinition(definition, sluice as never)
  return sluice

  /** Stores jobs within the hooks, and wakes a drainer for them unless that is left to the caller. */
  function store(
    jobs: readonly NewJob[],
    { transaction, request }: StoringOptions,
    how: Partial<Pick<HowToStore, "batch" | "parents">> = {},
    errorOf: (error: unknown) => unknown = (error) => error,
  ): Promise<Stored> {
    const asks = isToWake(transaction)
    return storeAround(catalog, jobs, undefined, async () => {
      const stored = await storeJobs(catalog, target(transaction), jobs, { asks, request, ...how }).catch(
        (error: unknown) => {
          throw errorOf(error)
        },
      )
      if (asks) await (stored.batch?.total === 0 ? wakeIfNeeded() : wakeFor(stored))
      return stored
    })
  }

  function target(transaction: TransactionClient | undefined): Queryable {
    return transaction === undefined ? database : asQueryable(transaction)
  }

  /** Code that enqueues in its own transaction calls `wake` after its commit. */
  function isToWake(transaction: TransactionClient | undefined): boolean {
    return transaction === undefined && options.wake !== undefined
  }

  async function wakeFor({ results, areAttended }: Stored): Promise<void> {
    if (areAttended) return
    const stored = results.filter(({ status }) => status !== "deduplicated")
    await wakeIfNeeded({ ids: stored.map(({ id }) => id) })
  }

  /**
   * Must run after the commit: a drainer that is awake by then and performs the jobs looks for work once more before it ends.
   * Without ids or names, it considers all waiting jobs.
   */
  async function wakeIfNeeded(which: ToWake = {}): Promise<void> {
    const { ids, names, onlyDue } = which
    if (!options.wake || ids?.length === 0) return
    try {
      const call = protocolCall(schema, "request_wake", {
        p_ids: ids && toPgArray(ids),
        p_names: names,
        p_only_due: onlyDue ?? false,
      })
      const queues: string[] = await readJson(database, call)
      if (queues.length > 0) await options.wake(queues)
    } catch {
      // the jobs are stored, and start with the schedule
    }
  }
}

/** The methods are there at once; what they do is loaded with the first call of one of them. */
function loadedLater(front: Front): Pick<Later, (typeof LATER_METHODS)[number]> {
  let later: Promise<Later> | undefined
  const load = async () => (await import("./sluice-later.ts")).createLater(front)
  const methods = LATER_METHODS.map((name) => [
    name,
    async (...given: unknown[]) => {
      later ??= load()
      return ((await later)[name] as (...given: unknown[]) => unknown)(...given)
    },
  ])
  return Object.fromEntries(methods)
}
