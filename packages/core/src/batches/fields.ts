import { anyObject, type FieldsOf, integer, object, oneOf, place, text, yesOrNo } from "../checks/field.ts"
import { batchId } from "../job/batch-id.ts"
import type { BatchOptions } from "./batch-options.ts"
import type { ListBatchesOptions } from "./list-batches.ts"

export const OF_BATCH = {
  properties: anyObject,
  parent: batchId,
} satisfies FieldsOf<Pick<BatchOptions, "properties" | "parent">>

/** Those who retry a batch. */
export const RETRY_BATCH = object({ callbacks: yesOrNo, retriedBy: text() })

export const LIST_BATCHES = object({
  state: oneOf(["open", "succeeded", "failed"]),
  parent: batchId,
  limit: integer(1, 1_000),
  after: place,
} satisfies FieldsOf<ListBatchesOptions>)
