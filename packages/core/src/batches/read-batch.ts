import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { readJson } from "../database/read-json.ts"
import { BatchNotFoundError } from "../errors.ts"
import { assertBatchId } from "../job/batch-id.ts"
import type { BatchSnapshot } from "../job/job-batch.ts"

export async function readBatch(
  database: Queryable,
  schema: string,
  id: string,
): Promise<BatchSnapshot | undefined> {
  const call = protocolCall(schema, "get_batch", { p_id: assertBatchId(id) })
  const batch = await readJson(database, call)
  if (batch === null) return undefined
  return withDates(batch)
}

/** What SQL returns of a batch, with its times as dates. */
// biome-ignore lint/suspicious/noExplicitAny: as parsed from JSON
export function withDates(batch: any) {
  const { createdAt, finishedAt } = batch
  return { ...batch, createdAt: new Date(createdAt), finishedAt: finishedAt && new Date(finishedAt) }
}

/** The ids of a batch and its inner batches. `fires`: their callbacks are enqueued again once they finish again. */
export async function familyOf(
  database: Queryable,
  schema: string,
  id: string,
  fires: boolean,
): Promise<string[]> {
  const { text, values } = protocolCall(schema, "batch_family", { p_id: assertBatchId(id), p_fires: fires })
  const { rows } = await database.query(
    `select pg_catalog.to_json(${text}::pg_catalog.text[])::pg_catalog.text as ids`,
    values,
  )
  const ids: string[] = JSON.parse(rows[0].ids)
  if (ids.length > 0) return ids
  throw new BatchNotFoundError("batch_not_found", `No batch has the id ${id}, or its history was dropped`)
}
