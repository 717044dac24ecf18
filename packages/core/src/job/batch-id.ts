import { textLike } from "../checks/field.ts"
import type { Path } from "../checks/validate.ts"

/** A workflow is a batch, and has its id. */
const ID = /^[1-9][0-9]{0,17}$/

/** The id of a batch. */
export const batchId = textLike(ID, 'the id of a batch, such as "42"', "invalid_id")

const workflowId = textLike(ID, 'the id of a workflow, such as "42"', "invalid_id")

/** Throws `InvalidInputError` for what can't be the id of a batch. */
export function assertBatchId(id: unknown, path: Path = ["batch"]): string {
  batchId.assert(id, path)
  return id as string
}

/** The same for a workflow. */
export function assertWorkflowId(id: unknown): string {
  workflowId.assert(id, ["workflow"])
  return id as string
}
