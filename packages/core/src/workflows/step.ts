import { isText } from "../checks/validate.ts"
import { parentsOf } from "../job/parent-ids.ts"
import type { WorkflowStep } from "../job/workflow.ts"

/** What a step can't be named, because `after` takes ids, too. */
export const IS_ID = /^\d+$/

export function isStepName(name: unknown): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  return isText(name, 128) && !IS_ID.test(name as string) && !/[\u0000-\u001f\u007f]/.test(name as string)
}

/** The names and ids that a step runs after. */
export function afterOf(options: WorkflowStep["options"]): readonly string[] {
  return parentsOf(options?.after) ?? []
}
