import type { AnyJobDefinition, InputOf } from "../job/define-job.ts"
import type { EnqueueOptions } from "../job/job-options.ts"
import type { JobSnapshot } from "../job/job-snapshot.ts"
import { END } from "./life.ts"
import type { Lives } from "./perform-life.ts"
import { withWatching } from "./watch.ts"

export type DeliverTwiceOptions = Omit<EnqueueOptions, "transaction" | "request">

export interface Deliveries {
  /**
   * Enqueues a job and performs it to its end, but its drainer dies before it stores that: another one performs the job again. Returns
   * the job. A job with `transactional: true` has stored its end by then, and is performed once.
   */
  deliverTwice<Definition extends AnyJobDefinition>(
    definition: Definition,
    payload: InputOf<Definition>,
    options?: DeliverTwiceOptions,
  ): Promise<JobSnapshot>
}

export function createDeliveries(lives: Lives): Deliveries {
  return {
    async deliverTwice(definition, payload, options = {}) {
      const { job } = await withWatching(() =>
        lives.perform({ definition, payload, options }, ({ operation }) => operation.label === END),
      )
      return job
    },
  }
}
