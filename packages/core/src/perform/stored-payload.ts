import { SluiceError } from "../errors.ts"
import type { ClaimedJob } from "../job/claimed-job.ts"
import { InvalidPayloadDiscard } from "../job/payload.ts"
import { readObject } from "../job/read-object.ts"
import type { JobRun } from "./job-run.ts"

/**
 * The job with its payload, which is in the app's store. An error of the store fails the execution, which is then
 * retried. An object that is gone doesn't come back: the job is discarded.
 */
export async function withPayload({ job, environment, cancellation }: JobRun): Promise<ClaimedJob> {
  const payloadKey = job.payloadKey as string
  const store = environment.payloads?.store
  const which = `The payload of job ${job.id} is in a store, under the key ${JSON.stringify(payloadKey)}`
  if (!store)
    throw new SluiceError(
      "not_configured",
      `${which}: give this drainer createSluice({ payloads }) with that store`,
    )
  const payload = await readObject(store, payloadKey, cancellation.signal)
  if (payload !== undefined) return { ...job, payload }
  throw new InvalidPayloadDiscard(
    `${which}, which has no such object: it was deleted, or this is another store`,
  )
}
