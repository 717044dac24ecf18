import {
  type BulkResult,
  type JobChanges,
  JobNotFoundError,
  JobStateError,
  type RetryOptions,
} from "@sluice/core"
import { UsageError } from "../option-spec.ts"
import type { OptionName, Options } from "../options.ts"
import { act } from "./act.ts"

type Run = (options: Options, words: readonly string[]) => Promise<number>

export const cancelJobs: Run = (options, words) =>
  act(
    {
      words: ["cancel", "canceling", "canceled"],
      one: (sluice, id) => sluice.cancelJob(id),
      all: (sluice, filter, how) => sluice.cancelJobs(filter, how),
    },
    options,
    words,
  )

export const retryJobs: Run = (options, words) => {
  const retry: RetryOptions = options.by === undefined ? {} : { retriedBy: options.by }
  return act(
    {
      words: ["retry", "retrying", "retried"],
      one: (sluice, id) => sluice.retryJob(id, retry),
      all: (sluice, filter, how) => sluice.retryJobs(filter, { ...how, ...retry }),
    },
    options,
    words,
  )
}

export const runJobs: Run = (options, words) =>
  act(
    {
      words: ["run", "making due", "made due"],
      one: (sluice, id) => sluice.runJobNow(id),
      all: (sluice, filter, how) => sluice.runJobsNow(filter, how),
    },
    options,
    words,
  )

export const deleteJobs: Run = (options, words) =>
  act(
    {
      words: ["delete", "deleting", "deleted"],
      one: (sluice, id) => sluice.deleteJob(id),
      all: (sluice, filter, how) => sluice.deleteJobs(filter, how),
    },
    options,
    words,
  )

export const eraseJobs: Run = (options, words) =>
  act(
    {
      words: ["erase", "erasing", "erased"],
      one: async (sluice, id) => refuseRunning(id, await sluice.eraseJobs({ ids: [id] })),
      all: (sluice, { state: _, ...filter }, { dryRun }) =>
        sluice.eraseJobs(filter, dryRun === undefined ? {} : { dryRun }),
      isOneCall: true,
    },
    options,
    words,
  )

function refuseRunning(id: string, { changed, refused }: BulkResult): void {
  if (refused.length > 0)
    throw new JobStateError(
      "job_running",
      `Job ${id} is running, and is canceled now: erase it again once it has ended`,
    )
  if (changed === 0) throw new JobNotFoundError("job_not_found", `No job has the id ${id}`)
}

/** The options that say what `jobs update` changes. */
export const CHANGE_OPTIONS: readonly OptionName[] = [
  "set-run-at",
  "set-delay",
  "set-priority",
  "set-queue",
  "set-payload",
  "set-tag",
  "set-metadata",
]

export const updateJobs: Run = (options, words) => {
  const changes = changesOf(options)
  const isForOne = words.length === 1 || options.name !== undefined
  if (changes.payload !== undefined && !isForOne)
    throw new UsageError("--set-payload of several jobs needs --name, whose definition checks it")
  return act(
    {
      words: ["update", "updating", "updated"],
      one: (sluice, id) => sluice.updateJob(id, changes),
      all: (sluice, filter, how) => sluice.updateJobs(filter, changes, how),
    },
    options,
    words,
  )
}

function changesOf(options: Options): JobChanges {
  const { setRunAt, setDelay, setPriority, setQueue, setPayload, setTag, setMetadata } = options
  const changes = {
    runAt: setRunAt,
    delay: setDelay,
    priority: setPriority,
    queue: setQueue,
    payload: setPayload,
    tags: setTag,
    metadata: setMetadata,
  }
  const given = Object.entries(changes).filter(([, value]) => value !== undefined)
  if (given.length === 0)
    throw new UsageError("What is to be changed? Give an option such as --set-priority or --set-delay")
  return Object.fromEntries(given)
}
