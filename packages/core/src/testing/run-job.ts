import { randomUUID } from "node:crypto"
import { SluiceError } from "../errors.ts"
import type { AnyJobDefinition, InputOf, ResultOf } from "../job/define-job.ts"
import type { Hooks } from "../job/hooks.ts"
import { resultOf } from "../job/job-handle.ts"
import type { EnqueueOptions } from "../job/job-options.ts"
import type { JobSnapshot } from "../job/job-snapshot.ts"
import type { Sluice } from "../sluice.ts"
import type { Clock } from "./clock.ts"
import type { Drains } from "./drain-all.ts"
import { isPutOff } from "./put-off.ts"

export type RunJobOptions = Omit<EnqueueOptions, "queue" | "transaction" | "request">

export interface JobRuns {
  /**
   * Enqueues one job, performs it alone and returns its result. Throws what its execution throws; then the job stays as it is,
   * scheduled for a retry or discarded. When it sleeps, waits or has a delay, the clock moves to when that ends. It is enqueued
   * into a queue of its own.
   */
  runJob<Definition extends AnyJobDefinition>(
    definition: Definition,
    payload: InputOf<Definition>,
    options?: RunJobOptions,
  ): Promise<ResultOf<Definition>>
}

/** What executions have thrown, by the job's id. */
export type Failures = Map<string, unknown>

export function failureHooks(failures: Failures): Pick<Hooks, "onError"> {
  return { onError: ({ id }, error) => void failures.set(id, error) }
}

export function createJobRuns(sluice: Sluice, clock: Clock, drains: Drains, failures: Failures): JobRuns {
  return { runJob: runJob as JobRuns["runJob"] }

  async function runJob(definition: AnyJobDefinition, payload: unknown, options?: RunJobOptions) {
    const queue = `run-job-${randomUUID()}`
    const { id, status } = await sluice.enqueue(definition, payload, { ...options, queue })
    if (status !== "enqueued") throw notEnqueuedError(definition.name, id, status)
    for (;;) {
      await drains.drainAll({ queues: [queue] })
      if (failures.has(id)) throw failures.get(id)
      const job = (await sluice.getJob(id)) as JobSnapshot
      if (!isPutOff(job)) {
        if (job.finishedAt === null) throw notPerformedError(definition.name, job)
        return resultOf(job, definition.name)
      }
      await clock.set(job.runAt)
    }
  }
}

function notEnqueuedError(name: string, id: string, status: string): SluiceError {
  return new SluiceError(
    "not_performed",
    `The job ${JSON.stringify(name)} wasn't enqueued: it is ${status}, by a key that it shares with job ${id}. Give it another key`,
  )
}

function notPerformedError(
  name: string,
  job: { id: string; state: string; waitsFor: string | null },
): SluiceError {
  const why = job.waitsFor === null ? "is its name paused?" : `it waits for ${JSON.stringify(job.waitsFor)}`
  return new SluiceError(
    "not_performed",
    `The job ${JSON.stringify(name)} (${job.id}) is still ${job.state}: ${why}`,
  )
}
