import { createApiKey, listApiKeys, revokeApiKey, rotateApiKey } from "./access/api-keys.ts"
import { listActions } from "./access/audit.ts"
import { createKeyVerifier } from "./access/verify-keys.ts"
import { RETRY_BATCH } from "./batches/fields.ts"
import { listBatches } from "./batches/list-batches.ts"
import { familyOf, readBatch } from "./batches/read-batch.ts"
import { boundedMs } from "./checks/duration.ts"
import { checkOptions } from "./checks/field.ts"
import { assertKnownKeys, isRecord, refuse } from "./checks/validate.ts"
import type { Connect, Queryable } from "./database/connection.ts"
import type { TransactionClient } from "./database/transaction-client.ts"
import { translateErrors } from "./database/translate-error.ts"
import type { Catalog, HowToStore, NewJob, Stored } from "./enqueue/enqueue.ts"
import { JobNotFoundError } from "./errors.ts"
import { readBacklog } from "./inspect/backlog.ts"
import { countJobs } from "./inspect/count-jobs.ts"
import { listDefinitions } from "./inspect/definitions.ts"
import { listDeployments } from "./inspect/deployments.ts"
import { listDrainers, readDrainer } from "./inspect/drainers.ts"
import { listDiscarded, listErrors, listFailures, readError } from "./inspect/errors.ts"
import { readFilterValues } from "./inspect/filter-values.ts"
import { examine } from "./inspect/findings/examine.ts"
import { readForecast } from "./inspect/forecast.ts"
import { readHolder } from "./inspect/holder.ts"
import { readJob, withObjects } from "./inspect/job.ts"
import { readJobStatus } from "./inspect/job-status.ts"
import { listKeys, listRates } from "./inspect/keys.ts"
import { listJobs } from "./inspect/list-jobs.ts"
import { listNames } from "./inspect/names.ts"
import { readOverview } from "./inspect/overview.ts"
import { readPauses } from "./inspect/pauses.ts"
import { readQueues, sampleQueues } from "./inspect/queues.ts"
import { readRelatives } from "./inspect/relatives.ts"
import { listSeries } from "./inspect/series.ts"
import { listSlowest } from "./inspect/slowest-jobs.ts"
import { readThroughput } from "./inspect/throughput.ts"
import { readHealth } from "./inspect/verdict.ts"
import { readWaitingLimits } from "./inspect/waiting-limits.ts"
import { listEvents, listWaits } from "./inspect/waits.ts"
import type { JobFilter } from "./job/job-filter.ts"
import type { WaitOptions } from "./job/job-handle.ts"
import { assertJobId } from "./job/job-id.ts"
import type { JobState, RequestToStore } from "./job/job-options.ts"
import { actOnMatching, type BulkOptions, type BulkResult, type Side } from "./manage/bulk.ts"
import {
  type Acted,
  actOnOne,
  type ChangedJob,
  cancelVerb,
  deleteVerb,
  idOf,
  type JobReference,
  retryVerb,
  runNowVerb,
  type Verb,
} from "./manage/jobs.ts"
import { overrideLimit, overrideRate } from "./manage/limit-overrides.ts"
import {
  type PauseOptions,
  pauseKey,
  pauseName,
  pauseQueue,
  resumeKey,
  resumeName,
  resumeQueue,
} from "./manage/pauses.ts"
import { bulkUpdateVerb, updateVerb } from "./manage/update.ts"
import { limitKey, limitQueue } from "./manage/waiting-limits.ts"
import { completeWait } from "./manage/waits.ts"
import { createFinishWatch } from "./results/finish-watch.ts"
import { listTicks } from "./schedules/list-ticks.ts"
import {
  deleteSchedule,
  getSchedule,
  listSchedules,
  pauseSchedule,
  resumeSchedule,
  runSchedule,
  setSchedule,
} from "./schedules/schedules.ts"
import type { Sluice } from "./sluice.ts"
import { readWorkflow } from "./workflows/read-workflow.ts"
import { namingStep, toStore } from "./workflows/store-workflow.ts"
import type { WorkflowOptions } from "./workflows/workflow.ts"

/** What the methods need of the `Sluice` that they belong to. */
export interface Front {
  readonly catalog: Catalog
  readonly database: Queryable
  /** The app's own, which `database` wraps. */
  readonly ownDatabase: Queryable
  readonly listen: Connect | undefined
  /** Stores jobs within the hooks, and wakes a drainer for them unless that is left to the caller. */
  readonly store: (
    jobs: readonly NewJob[],
    options: StoringOptions,
    how?: Partial<Pick<HowToStore, "batch" | "parents">>,
    errorOf?: (error: unknown) => unknown,
  ) => Promise<Stored>
  /** To be called after the commit. Without ids or names, all waiting jobs are considered. */
  readonly wakeIfNeeded: (which?: ToWake) => Promise<void>
}

/** The options of all methods that store jobs. */
export interface StoringOptions {
  readonly transaction?: TransactionClient | undefined
  readonly request?: RequestToStore | undefined
}

/** For which jobs a drainer is woken. */
export interface ToWake {
  readonly ids?: string[]
  readonly names?: string[]
  readonly onlyDue?: boolean
}

/** The methods of `Sluice` that are loaded with the first call of one of them: those that enqueueing does without. */
export type Later = Omit<
  Sluice,
  keyof Catalog | "database" | "enqueue" | "enqueueMany" | "enqueueBatch" | "addToBatch" | "emit" | "wake"
>

/** Of more jobs it isn't asked which of them need a drainer, but whether any job does. */
const MOST_ASKED_FOR = 500

export function createLater({ catalog, database, ownDatabase, listen, store, wakeIfNeeded }: Front): Later {
  const { schema } = catalog
  const keys = createKeyVerifier(database, schema)
  const watch = createFinishWatch(database, schema, listen)
  const later: Later = {
    async enqueueWorkflow(flow: object, options: WorkflowOptions = {}) {
      const toBeStored = await toStore(catalog, flow, options)
      const { names, jobs, how } = toBeStored
      const { batch, results } = await store(jobs, options, how, (error) => namingStep(toBeStored, error))
      const { id } = batch as { id: string }
      return { id, jobs: Object.fromEntries(names.map((name, place) => [name, results[place]?.id])) as never }
    },
    getWorkflow: (id) => translateErrors(readWorkflow(database, schema, id)),
    getBatch: (id) => translateErrors(readBatch(database, schema, id)),
    listBatches: (options) => translateErrors(listBatches(database, schema, options)),
    async cancelBatch(id) {
      const family = await translateErrors(familyOf(database, schema, id, false))
      return sumOf(family.map((batch) => () => later.cancelJobs({ batch })))
    },
    async retryBatch(id, options = {}) {
      checkOptions(RETRY_BATCH, options)
      const { callbacks = false, ...retry } = options
      const family = await translateErrors(familyOf(database, schema, id, callbacks))
      return sumOf(family.map((batch) => () => later.retryJobs({ batch }, retry)))
    },
    async getJob(id, options) {
      const job = await translateErrors(readJob(database, schema, id, options))
      return job && catalog.payloads ? withObjects(job, catalog.payloads) : job
    },
    getJobStatus: (id) => translateErrors(readJobStatus(database, schema, id)),
    async waitForJob(id, options = {}) {
      const { withinMs, signal } = checkWaitOptions(options)
      await translateErrors(watch.wait(assertJobId(id), withinMs, signal))
      const job = await later.getJob(id)
      if (job) return job
      const message = `No job has the id ${id}: its history was dropped, or the transaction that enqueued it has not committed`
      throw new JobNotFoundError("job_not_found", message)
    },
    async completeWait(token, value, options = {}) {
      const ids = await translateErrors(completeWait(database, schema, token, value, options))
      await wakeIfNeeded({ ids })
    },
    listJobs: (filter, options) => translateErrors(listJobs(database, schema, filter, options)),
    countJobs: (filter, options) => translateErrors(countJobs(database, schema, filter, options)),
    getHolder: (id) => translateErrors(readHolder(database, schema, id)),
    getRelatives: (id) => translateErrors(readRelatives(database, schema, id)),
    getFilterValues: () => translateErrors(readFilterValues(database, schema)),
    listQueues: (options) => translateErrors(readQueues(database, schema, options)),
    sampleQueues: (options) => translateErrors(sampleQueues(database, schema, options)),
    listDrainers: (options) => translateErrors(listDrainers(database, schema, options)),
    getDrainer: (id) => translateErrors(readDrainer(database, schema, id)),
    listWaits: (options) => translateErrors(listWaits(database, schema, options)),
    listEvents: () => translateErrors(listEvents(database, schema)),
    listKeys: (options) => translateErrors(listKeys(database, schema, options)),
    listRates: (options) => translateErrors(listRates(database, schema, options)),
    listDefinitions: (options) => translateErrors(listDefinitions(database, schema, options)),
    getBacklog: () => translateErrors(readBacklog(database, schema)),
    getOverview: () => translateErrors(readOverview(database, schema)),
    examine: (options) => translateErrors(examine(database, schema, options, ownDatabase)),
    listErrors: (options) => translateErrors(listErrors(database, schema, options)),
    getError: (fingerprint, options) => translateErrors(readError(database, schema, fingerprint, options)),
    listFailures: (fingerprint, options) =>
      translateErrors(listFailures(database, schema, fingerprint, options)),
    listDiscarded: (fingerprint, options) =>
      translateErrors(listDiscarded(database, schema, fingerprint, options)),
    listSlowest: (name) => translateErrors(listSlowest(database, schema, name)),
    getThroughput: (options) => translateErrors(readThroughput(database, schema, options)),
    listSeries: (options) => translateErrors(listSeries(database, schema, options)),
    listNames: (options) => translateErrors(listNames(database, schema, options)),
    getForecast: () => translateErrors(readForecast(database, schema)),
    listDeployments: (options) => translateErrors(listDeployments(database, schema, options)),
    getHealth: (options) => translateErrors(readHealth(database, schema, options)),
    cancelJob: (job) => moveAway(job, "unfinished", () => cancelVerb(schema)),
    updateJob: (job, changes) =>
      moveAway(job, "unfinished", (id) => updateVerb({ ...catalog, getJob: later.getJob }, changes, id)),
    runJobNow: (job) => moveJob(job, "unfinished", () => runNowVerb(schema)),
    retryJob: (job, options) => moveJob(job, "finished", () => retryVerb(schema, options)),
    async deleteJob(job) {
      await actOn(job, "finished", () => deleteVerb(schema))
    },
    cancelJobs: (filter, options) => moveAllAway("unfinished", cancelVerb(schema), filter, options),
    updateJobs: async (filter, changes, options) =>
      moveAllAway("unfinished", await bulkUpdateVerb(catalog, changes, filter?.name), filter, options),
    runJobsNow: (filter, options) => moveAll("unfinished", runNowVerb(schema), filter, options),
    async retryJobs(filter, given = {}) {
      assertKnownKeys(given, ["retriedBy", "dryRun", "after", "within"], ["options"])
      const { retriedBy, ...options } = given
      const verb = retryVerb(schema, retriedBy === undefined ? {} : { retriedBy })
      return moveAll(["discarded", "canceled"], verb, filter, options)
    },
    async eraseJobs(filter, options = {}) {
      assertKnownKeys(options, ["dryRun"], ["options"])
      if (isRecord(filter) && "state" in filter)
        refuse("unknown_option", filter.state, ["filter", "state"], "no state: all of the jobs are erased")
      const running = new Set<string>()
      // what is canceled now is in the history of now, which a filter by time may leave out
      const isByTime = isRecord(filter) && (filter.since ?? filter.until) !== undefined
      let erased = 0
      const canceled = await actOnAll("unfinished", cancelVerb(schema), filter, options, async (acted) => {
        for (const { id, state } of acted) if (state === "running") running.add(id)
        const ids = acted.map(({ id }) => id).filter((id) => !running.has(id))
        if (isByTime && ids.length > 0) erased += (await later.deleteJobs({ ids })).changed
      })
      if (canceled.changed > 0) await wakeIfNeeded()
      const deleted = await later.deleteJobs(filter, options)
      // ids are looked up by both, in whatever state they are
      const others = filter.ids ? 0 : options.dryRun ? canceled.matched : running.size
      const refused = [
        ...[...running].map((id) => ({ id, code: "job_running" })),
        ...deleted.refused.filter(({ id }) => !running.has(id)),
      ]
      return {
        matched: others + erased + deleted.matched,
        changed: erased + deleted.changed,
        refused: refused.slice(0, 1_000),
      }
    },
    deleteJobs: (filter, options) =>
      actOnAll(["succeeded", "discarded", "canceled"], deleteVerb(schema), filter, options),
    pauseQueue: (name, options) => pause(pauseQueue(database, schema, name, options), options),
    resumeQueue: (name) => resume(resumeQueue(database, schema, name)),
    pauseName: (name, options) => pause(pauseName(database, schema, name, options), options),
    resumeName: (name) => resume(resumeName(database, schema, name), { names: [name] }),
    pauseKey: (key, options) => pause(pauseKey(database, schema, key, options), options),
    resumeKey: (key) => resume(resumeKey(database, schema, key)),
    limitQueue: (name, limits) => translateErrors(limitQueue(database, schema, name, limits)),
    limitKey: (key, limits) => translateErrors(limitKey(database, schema, key, limits)),
    overrideLimit: (key, override) => translateErrors(overrideLimit(database, schema, key, override)),
    overrideRate: (key, override) => translateErrors(overrideRate(database, schema, key, override)),
    listPauses: () => translateErrors(readPauses(database, schema)),
    setSchedule: (key, settings) => moveTicks(setSchedule(database, schema, key, settings)),
    getSchedule: (key) => translateErrors(getSchedule(database, schema, key)),
    listSchedules: (options) => translateErrors(listSchedules(database, schema, options)),
    listTicks: (key, options) => translateErrors(listTicks(database, schema, key, options)),
    deleteSchedule: (key) => translateErrors(deleteSchedule(database, schema, key)),
    async runSchedule(key) {
      const id = await translateErrors(runSchedule(database, schema, key))
      await wakeIfNeeded({ ids: [id] })
      return id
    },
    pauseSchedule: (key, options) => moveTicks(pauseSchedule(database, schema, key, options)),
    resumeSchedule: (key) => moveTicks(resumeSchedule(database, schema, key)),
    listLimits: () => translateErrors(readWaitingLimits(database, schema)),
    createApiKey: (settings) => translateErrors(createApiKey(database, schema, settings)),
    listApiKeys: (options) => translateErrors(listApiKeys(database, schema, options)),
    rotateApiKey: (id, options) => translateErrors(rotateApiKey(database, schema, id, options)),
    revokeApiKey: (id) => translateErrors(revokeApiKey(database, schema, id)),
    verifyApiKey: (secret) => translateErrors(keys.verify(secret)),
    getPrincipal: (id, options) => translateErrors(keys.principalOf(id, options)),
    listActions: (options) => translateErrors(listActions(database, schema, options)),
  }
  return later

  function actOn(
    job: JobReference,
    which: "unfinished" | "finished",
    verbFor: (id: string) => Verb | Promise<Verb>,
  ): Promise<Acted> {
    const work = async () => {
      const id = await idOf(database, schema, job, which)
      return actOnOne(database, await verbFor(id), id)
    }
    return translateErrors(work())
  }

  /** In idle mode the end of a pause needs a wake-up. */
  async function pause(work: Promise<void>, options: PauseOptions | undefined): Promise<void> {
    await translateErrors(work)
    if (options?.until !== undefined || options?.for !== undefined) await wakeIfNeeded()
  }

  /** Jobs may be ready once it is done: of any name, or of these, which a drainer brings back. */
  async function resume(work: Promise<void>, which?: { names: string[] }): Promise<void> {
    await translateErrors(work)
    await wakeIfNeeded(which)
  }

  /** In idle mode the next tick needs a wake-up. */
  async function moveTicks<Value>(work: Promise<Value>): Promise<Value> {
    const value = await translateErrors(work)
    await wakeIfNeeded()
    return value
  }

  /** Acts on a job that may be due earlier then, or ready. */
  function moveJob(...parameters: Parameters<typeof actOn>): Promise<ChangedJob> {
    return moveOne(MOST_ASKED_FOR, parameters)
  }

  /** The same for one that may leave its concurrency key to a job behind it, which is ready then. */
  function moveAway(...parameters: Parameters<typeof actOn>): Promise<ChangedJob> {
    return moveOne(0, parameters)
  }

  async function moveOne(mostAsked: number, parameters: Parameters<typeof actOn>): Promise<ChangedJob> {
    const { id, state } = await actOn(...parameters)
    await wakeForMoved([id], mostAsked)
    return { id, state: state as JobState }
  }

  function actOnAll(
    side: Side,
    verb: Verb,
    filter: JobFilter,
    options: BulkOptions = {},
    onActed: (acted: readonly Acted[]) => Promise<void> | void = () => {},
  ): Promise<BulkResult> {
    return translateErrors(actOnMatching(database, schema, side, verb, filter, options, onActed))
  }

  /** As `moveJob`, with one wake in the end. */
  function moveAll(...parameters: Parameters<typeof actOnAll>): Promise<BulkResult> {
    return moveSet(MOST_ASKED_FOR, parameters)
  }

  /** As `moveAway`, with one wake in the end. */
  function moveAllAway(...parameters: Parameters<typeof actOnAll>): Promise<BulkResult> {
    return moveSet(0, parameters)
  }

  /** Wakes also for what was changed before a set that fails. */
  async function moveSet(mostAsked: number, parameters: Parameters<typeof actOnAll>): Promise<BulkResult> {
    const [side, verb, filter, options] = parameters
    const moved: string[] = []
    try {
      return await actOnAll(side, verb, filter, options, (acted) => {
        for (const { id, refusal } of acted) if (refusal === null && moved.length <= mostAsked) moved.push(id)
      })
    } finally {
      await wakeForMoved(moved, mostAsked)
    }
  }

  /** Asks for these jobs, or for all that wait if there are more. */
  function wakeForMoved(ids: string[], mostAsked: number): Promise<void> {
    return wakeIfNeeded(ids.length > mostAsked ? {} : { ids })
  }
}

/** What calls for all jobs of several batches have done. */
async function sumOf(calls: readonly (() => Promise<BulkResult>)[]): Promise<BulkResult> {
  const sum = { matched: 0, changed: 0, refused: [] as BulkResult["refused"] }
  for (const call of calls) {
    const { matched, changed, refused } = await call()
    sum.matched += matched
    sum.changed += changed
    sum.refused = [...sum.refused, ...refused].slice(0, 1_000)
  }
  return sum
}

function checkWaitOptions(options: WaitOptions) {
  assertKnownKeys(options, ["timeout", "signal"], ["options"])
  const { timeout = "1m", signal } = options
  if (signal !== undefined && !(signal instanceof AbortSignal))
    refuse("invalid_option", signal, ["signal"], "an AbortSignal")
  return { withinMs: boundedMs(timeout, ["timeout"], 0, 86_400_000), signal }
}
