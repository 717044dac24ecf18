// Schemas of values that several requests and responses have.

export const id = {
  type: "string",
  pattern: "^[0-9]{1,15}$",
  description: "The job's id: a decimal number as text, because it may exceed the precision of a double.",
  examples: ["4711"],
}

export const state = {
  type: "string",
  enum: ["scheduled", "ready", "blocked", "waiting", "running", "succeeded", "discarded", "canceled"],
}

export const batchId = { type: "string", pattern: "^[1-9][0-9]{0,17}$", examples: ["42"] }

export const instant = { type: "string", format: "date-time" }

export const instantOrNull = { type: ["string", "null"], format: "date-time" }

/** A hundred years. */
const LONGEST_SECONDS = 3_155_760_000

const DURATION_TEXT = "([0-9]{1,15}(\\.[0-9]{1,15})?(ms|s|m|h|d)){1,10}"

export const duration = {
  description: 'A number of seconds, or text such as "500ms", "30s", "5m", "1h30m" or "2d".',
  oneOf: [
    { type: "number", minimum: 0, maximum: LONGEST_SECONDS },
    { type: "string", pattern: `^${DURATION_TEXT}$` },
  ],
  examples: ["5m"],
}

/** A length of time that is not 0. */
export const period = periodUpTo(LONGEST_SECONDS)

export function durationUpTo(seconds: number, minimum = 0) {
  return { ...duration, oneOf: [{ type: "number", minimum, maximum: seconds }, duration.oneOf[1]] }
}

/** A period up to so many seconds. Of text only the form is described. */
export function periodUpTo(seconds: number) {
  return {
    ...duration,
    oneOf: [
      { type: "number", exclusiveMinimum: 0, maximum: seconds },
      { type: "string", pattern: `^(?=.*[1-9])${DURATION_TEXT}$` },
    ],
  }
}

/** Where a list continues. Nobody but Sluice needs to read it. */
export const place = { type: "string", format: "place" }

/** JSON that isn't null. */
export const notNull = { type: ["object", "array", "string", "number", "boolean"] }

export const name = { type: "string", pattern: "^[A-Za-z0-9._/:-]{1,128}$" }

/** Lengths are in code points, as in JSON Schema. */
export const key = { type: "string", minLength: 1, maxLength: 512 }

export const step = {
  type: "string",
  minLength: 1,
  maxLength: 128,
  pattern: "^(?![0-9]+$)[^\u0000-\u001f\u007f]*$",
}

export const count = { type: "integer", minimum: 0 }

/** The parameter `limit` of a list. */
export function limitOfList(standard: number) {
  return {
    type: "integer",
    minimum: 1,
    maximum: 1_000,
    description: `How many at most. Default ${standard}.`,
  }
}
