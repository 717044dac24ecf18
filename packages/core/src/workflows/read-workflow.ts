import { withDates } from "../batches/read-batch.ts"
import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { readJson } from "../database/read-json.ts"
import { assertWorkflowId } from "../job/batch-id.ts"
import type { WorkflowSnapshot } from "../job/workflow.ts"
import { toMermaid } from "./mermaid.ts"

export async function readWorkflow(
  database: Queryable,
  schema: string,
  id: string,
): Promise<WorkflowSnapshot | undefined> {
  const call = protocolCall(schema, "get_workflow", { p_id: assertWorkflowId(id) })
  const workflow = await readJson(database, call)
  if (workflow === null) return undefined
  const snapshot = withDates(workflow)
  // not enumerable: a snapshot is written as JSON, and compares, by its data
  return Object.defineProperty(snapshot, "toMermaid", { value: () => toMermaid(snapshot.steps) })
}
