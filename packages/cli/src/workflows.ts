import { BatchNotFoundError, type StepSnapshot, type WorkflowSnapshot } from "@sluice/core"
import { factsOfBatch } from "./batches.ts"
import type { Options } from "./options.ts"
import { type Cell, list, table } from "./output/table.ts"
import { plain, printJson, styleOfState } from "./output/terminal.ts"
import { withSluice } from "./with-sluice.ts"

/** Prints a workflow with its steps, or a flowchart of them. */
export async function showWorkflow(options: Options, words: readonly string[]): Promise<number> {
  const [id] = words as [string]
  const workflow = await withSluice(options, (sluice) => sluice.getWorkflow(id))
  if (!workflow)
    throw new BatchNotFoundError(
      "batch_not_found",
      `No workflow has the id ${id}, or its history was dropped`,
    )
  if (options.json) printJson(workflow)
  else console.log(options.mermaid ? chartOf(workflow) : described(workflow))
  return 0
}

function chartOf(workflow: WorkflowSnapshot): string {
  return workflow.toMermaid().split("\n").map(plain).join("\n")
}

function described(workflow: WorkflowSnapshot): string {
  const facts: [string, Cell][] = [["name", [workflow.name, "bold"]], ...factsOfBatch(workflow)]
  const steps = table(["step", "job", "name", "state", "after"], workflow.steps.map(row))
  return `${list(facts)}\n\n${steps}`
}

function row({ step, id, name, state, reason, after }: StepSnapshot): Cell[] {
  const known = state ?? "dropped"
  const shown: Cell = [reason === null ? known : `${known}: ${reason}`, styleOfState(known)]
  return [step, id, name ?? "", shown, after.join(", ")]
}
