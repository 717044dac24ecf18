import { withDates } from "../batches/read-batch.ts"
import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { assertBatchId } from "../job/batch-id.ts"
import type { WorkflowSnapshot } from "../job/workflow.ts"
import { toMermaid } from "./mermaid.ts"

export async function readWorkflow(
  database: Queryable,
  schema: string,
  id: string,
): Promise<WorkflowSnapshot | undefined> {
  const { text, values } = protocolCall(schema, "get_workflow", { p_id: assertBatchId(id, ["workflow"]) })
  const { rows } = await database.query(`select ${text}::pg_catalog.text as workflow`, values)
  if (rows[0].workflow === null) return undefined
  const snapshot = withDates(JSON.parse(rows[0].workflow))
  // not enumerable: a snapshot is written as JSON, and compares, by its data
  return Object.defineProperty(snapshot, "toMermaid", { value: () => toMermaid(snapshot.steps) })
}
