import type { ClaimedJob } from "./claimed-job.ts"
import type { PerformedJob } from "./hooks.ts"

/** A claimed job as its hooks see it. */
// biome-ignore lint/suspicious/noExplicitAny: of whatever definition
export function performedJob(job: ClaimedJob): PerformedJob<any> {
  return {
    id: job.id,
    name: job.name,
    queue: job.queue,
    payload: job.payload ?? null,
    attempt: job.attempts + 1,
    enqueuedAt: new Date(job.enqueuedAt),
    tags: job.tags ?? [],
    metadata: job.metadata ?? {},
  }
}
