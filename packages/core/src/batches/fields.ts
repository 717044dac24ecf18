import { anyObject, integer, object, oneOf, place, text, yesOrNo } from "../checks/field.ts"
import { batchId } from "../job/batch-id.ts"

export const OF_BATCH = {
  properties: anyObject,
  parent: batchId,
}

/** Those who retry a batch. */
export const RETRY_BATCH = object({ callbacks: yesOrNo, retriedBy: text() })

export const LIST_BATCHES = object({
  state: oneOf(["open", "succeeded", "failed"]),
  parent: batchId,
  limit: integer(1, 1_000),
  after: place,
})
