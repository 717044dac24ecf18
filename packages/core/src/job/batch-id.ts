import { refuse } from "../checks/validate.ts"

/** Throws `InvalidInputError` for what can't be the id of a batch. */
export function assertBatchId(id: unknown, path: readonly string[] = ["batch"]): string {
  if (typeof id !== "string" || !/^[1-9]\d{0,17}$/.test(id))
    refuse("invalid_id", id, path, 'the id of a batch, such as "42"')
  return id
}
