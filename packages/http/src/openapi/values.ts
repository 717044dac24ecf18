import { batchId as batchIdField, jobId, name as nameField, stepName } from "@sluice/core/fields"

// Schemas of values that several requests and responses have.

export const id = {
  ...jobId.schema,
  description: "The job's id: a decimal number as text, because it may exceed the precision of a double.",
  examples: ["4711"],
}

export const state = {
  type: "string",
  enum: ["scheduled", "ready", "blocked", "waiting", "running", "succeeded", "discarded", "canceled"],
}

export const batchId = { ...batchIdField.schema, examples: ["42"] }

export const instant = { type: "string", format: "date-time" }

export const instantOrNull = { type: ["string", "null"], format: "date-time" }

export const name = nameField.schema

export const step = stepName.schema

export const count = { type: "integer", minimum: 0 }

/** The note on the parameter `limit` of a list. */
export function limitNote(standard: string): string {
  return `How many at most. Default ${standard}.`
}

/** The note on the parameter `after` of a list. */
export const afterNote = "The `next` of the previous response, to read the following page."
