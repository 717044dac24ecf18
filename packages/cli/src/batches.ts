import { BatchNotFoundError, type BatchSnapshot } from "@sluice/core"
import { reportBulk } from "./jobs/report.ts"
import type { Options } from "./options.ts"
import { type Cell, list } from "./output/table.ts"
import { printJson, styleOfState } from "./output/terminal.ts"
import { instant } from "./output/times.ts"
import { withSluice } from "./with-sluice.ts"

/** Prints a batch with its counts. */
export async function showBatch(options: Options, words: readonly string[]): Promise<number> {
  const [id] = words as [string]
  const batch = await withSluice(options, (sluice) => sluice.getBatch(id))
  if (!batch)
    throw new BatchNotFoundError("batch_not_found", `No batch has the id ${id}, or its history was dropped`)
  if (options.json) printJson(batch)
  else console.log(list(factsOfBatch(batch)))
  return 0
}

/** What is told of a batch, and of the batch that a workflow is. */
export function factsOfBatch(batch: BatchSnapshot): [string, Cell][] {
  const { id, parent, state, total, pending, succeeded, discarded, canceled, properties } = batch
  const facts: [string, Cell | null][] = [
    ["id", id],
    ["state", [state, styleOfState(state)]],
    ["in batch", parent],
    ["jobs", total],
    ["pending", pending],
    ["succeeded", succeeded],
    ["discarded", discarded],
    ["canceled", canceled],
    ["properties", JSON.stringify(properties)],
    ["created", instant(batch.createdAt)],
    ["finished", batch.finishedAt && instant(batch.finishedAt)],
    ["callbacks", batch.callbackError],
  ]
  return facts.filter((fact): fact is [string, Cell] => fact[1] !== null)
}

/** Retries the discarded and canceled jobs of a batch, and of the batches in it. */
export async function retryBatch(options: Options, words: readonly string[]): Promise<number> {
  const [id] = words as [string]
  const { callbacks, by } = options
  const result = await withSluice(options, (sluice) =>
    sluice.retryBatch(id, { callbacks, ...(by !== undefined && { retriedBy: by }) }),
  )
  return reportBulk(["retry", "retrying", "retried"], result, [], options)
}

/** Cancels the jobs of a batch that have not ended, and those of the batches in it. */
export async function cancelBatch(options: Options, words: readonly string[]): Promise<number> {
  const [id] = words as [string]
  const result = await withSluice(options, (sluice) => sluice.cancelBatch(id))
  return reportBulk(["cancel", "canceling", "canceled"], result, [], options)
}
