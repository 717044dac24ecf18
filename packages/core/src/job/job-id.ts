import type { Field } from "../checks/field.ts"
import { refuse } from "../checks/validate.ts"

const MAX_JOB_ID = 281_474_976_710_655n // 48 bits, the maximum of the sequence

/** Returns the id of a job, a decimal number as text, or throws `InvalidInputError` (`invalid_id`). */
export function assertJobId(id: unknown, path: readonly (string | number)[] = ["id"]): string {
  if (typeof id !== "string" || !/^\d{1,15}$/.test(id) || BigInt(id) > MAX_JOB_ID)
    refuse("invalid_id", id, path, "a job's id, a decimal number")
  return id
}

/** The id of a job. */
export const jobId: Field<string, false> = {
  schema: { type: "string", pattern: "^[0-9]{1,15}$" },
  isRequired: false,
  assert: assertJobId,
}
