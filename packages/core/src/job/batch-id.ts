import { textLike } from "../checks/field.ts"
import type { Path } from "../checks/validate.ts"

/** The id of a batch. */
export const batchId = textLike(/^[1-9][0-9]{0,17}$/, 'the id of a batch, such as "42"', "invalid_id")

/** Throws `InvalidInputError` for what can't be the id of a batch. */
export function assertBatchId(id: unknown, path: Path = ["batch"]): string {
  batchId.assert(id, path)
  return id as string
}
