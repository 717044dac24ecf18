import { type Field, field } from "../checks/field.ts"
import { isStepName } from "./step.ts"

/** What a step, or a workflow, is called. */
export const stepName: Field<string, false> = field(
  { type: "string", minLength: 1, maxLength: 128, pattern: "^(?![0-9]+$)[^\u0000-\u001f\u007f]*$" },
  isStepName,
  "text of 1 to 128 characters that isn't a number",
  "invalid_workflow",
)
