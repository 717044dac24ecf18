import { checkOptions } from "../checks/field.ts"
import { isText, refuse } from "../checks/validate.ts"
import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { readJson } from "../database/read-json.ts"
import type { BatchSnapshot } from "../job/job-batch.ts"
import { LIST_BATCHES } from "./fields.ts"
import { withDates } from "./read-batch.ts"

/** A batch in a list: without its properties, which `getBatch` returns. */
export interface ListedBatch extends Omit<BatchSnapshot, "properties"> {
  /** The name of the workflow that it is. Null: it is none. */
  readonly workflow: string | null
}

export interface ListBatchesOptions {
  readonly state?: BatchSnapshot["state"]
  /** Only the batches in this one. */
  readonly parent?: string
  /** How many at most: up to 1,000. Default 50. */
  readonly limit?: number
  /** `next` of the list that this one continues. */
  readonly after?: string
}

export interface BatchList {
  readonly batches: readonly ListedBatch[]
  /** Set if more may follow: pass it as `after`. */
  readonly next?: string
}

/** How long one call looks for batches in a state. */
const LONGEST_LOOK_MS = 2_000

export async function listBatches(
  database: Queryable,
  schema: string,
  options: ListBatchesOptions = {},
): Promise<BatchList> {
  checkOptions(LIST_BATCHES, options)
  const { state, parent, limit = 50, after } = options
  if (after !== undefined && !(isText(after, 18) && /^[1-9]\d*$/.test(after)))
    refuse("invalid_option", after, ["after"], "the last `next`")
  const batches: ListedBatch[] = []
  const giveUpAtMs = performance.now() + LONGEST_LOOK_MS
  let before: string | null = after ?? null
  do {
    const call = protocolCall(schema, "list_batches", {
      p_state: state,
      p_parent: parent,
      p_before: before,
      p_limit: limit - batches.length,
    })
    const page = await readJson(database, call)
    batches.push(...page.batches.map(withDates))
    before = page.next
  } while (before !== null && batches.length < limit && performance.now() < giveUpAtMs)
  return { batches, ...(before !== null && { next: before }) }
}
