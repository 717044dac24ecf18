import type pg from "pg"
import type { Connect } from "../database/connection.ts"
import { drain } from "../drain.ts"
import { SluiceError } from "../errors.ts"
import type { AnyJobDefinition } from "../job/define-job.ts"
import type { EnqueueOptions } from "../job/job-options.ts"
import type { JobSnapshot } from "../job/job-snapshot.ts"
import type { Sluice } from "../sluice.ts"
import type { Clock } from "./clock.ts"
import type { Drains } from "./drain-all.ts"
import { createLife, type Life, type Moment } from "./life.ts"
import { isPutOff } from "./put-off.ts"
import { runDrainWatched, runExecutionWatched } from "./watch.ts"
import { NEVER_NOTICED, withAroundPerform } from "./watched-sluice.ts"

export interface JobToPerform {
  readonly definition: AnyJobDefinition
  readonly payload: unknown
  readonly options: EnqueueOptions
}

export interface Lives {
  /** Performs a job until it has ended, in one life, or in two if it dies where it is told to. */
  perform(
    job: JobToPerform,
    diesAt?: (moment: Moment) => boolean,
  ): Promise<{ job: JobSnapshot; life: Life; hasDied: boolean }>
}

/** With more executions of one job, it never ends. */
const MOST_EXECUTIONS = 1_000

export function createLives(parts: {
  sluice: Sluice
  pool: pg.Pool
  clock: Clock
  connect: Connect
  drains: Drains
}): Lives {
  const { sluice, pool, clock, connect, drains } = parts
  return {
    async perform({ definition, payload, options }, diesAt = () => false) {
      const { id } = await sluice.enqueue(definition, payload, options)
      const life = createLife(pool, connect, diesAt)
      const ends = performUntilEnd(id, () => drainWatched(life, id))
      const hasDied = await Promise.race([ends.then(() => false), life.died.then(() => true)])
      if (hasDied) await performUntilEnd(id, () => drains.drainAll({ concurrency: 1 }))
      await drains.drainAll()
      return { job: await jobOf(id), life, hasDied }
    },
  }

  /** Sleeps, waits and retries end when the clock has moved. */
  async function performUntilEnd(id: string, drainOnce: () => Promise<unknown>): Promise<void> {
    for (let drained = 0; drained < MOST_EXECUTIONS; drained++) {
      await drainOnce()
      const job = await jobOf(id)
      if (job.finishedAt !== null) return
      if (isPutOff(job)) await clock.set(job.runAt)
    }
    throw new SluiceError("never_ended", `The job ${id} has not ended after ${MOST_EXECUTIONS} drains`)
  }

  function drainWatched(life: Life, id: string): Promise<unknown> {
    const watchedSluice = withAroundPerform(sluice, (job, perform) =>
      job.id === id ? runExecutionWatched(life, () => performWatched(life, perform)) : perform(),
    )
    const options = { connect: life.connect, concurrency: 1, sessionTimeout: NEVER_NOTICED } as const
    return runDrainWatched(life, () => drain(watchedSluice, options))
  }

  async function performWatched(life: Life, next: () => Promise<void>): Promise<void> {
    try {
      await next()
    } finally {
      await life.endExecution()
    }
  }

  async function jobOf(id: string): Promise<JobSnapshot> {
    const job = await sluice.getJob(id)
    if (job) return job
    throw new SluiceError("never_ended", `The job ${id} is gone`)
  }
}
