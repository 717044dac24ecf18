import type { NewJob } from "../enqueue/enqueue.ts"
import { BatchNotFoundError } from "../errors.ts"
import type { JobBatch } from "../job/job-batch.ts"

/** What a job needs of the Sluice that performs it. */
interface Batches {
  addToBatch(
    id: string,
    jobs: readonly NewJob[],
    options?: Parameters<JobBatch["add"]>[1],
  ): ReturnType<JobBatch["add"]>
  getBatch(id: string): Promise<Awaited<ReturnType<JobBatch["read"]>> | undefined>
}

/** A batch as one of its jobs sees it. */
export function batchIn(batches: Batches, id: string): JobBatch {
  return {
    id,
    add: (jobs, options) => batches.addToBatch(id, jobs as readonly NewJob[], options),
    async read() {
      const batch = await batches.getBatch(id)
      if (batch) return batch
      throw new BatchNotFoundError("batch_not_found", `The history of batch ${id} was dropped`)
    },
  }
}
