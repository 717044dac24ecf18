import { InvalidInputError, SluiceError } from "@sluice/core"

// Keys come from environment variables, which are often not set where an app is built: `next build` imports every route.
// So what needs a key can be created without one, and refuses every request until it has one.

/** A key, or several during a rotation; of several, those that are missing are left out. */
export type Keys = string | undefined | readonly (string | undefined)[]

/** Whether a variable is not set, or blank. In text, as of a template, one that isn't set reads "undefined". */
export function isMissing(key: unknown): boolean {
  return key === undefined || key === null || (typeof key === "string" && NOTHING.includes(key.trim()))
}

const NOTHING = ["", "undefined", "null"]

/** A failure of the server. Its message is for the log and for whoever asks, and tells nothing secret. */
export function missingKeyError(option: string): SluiceError {
  return new SluiceError(
    "not_configured",
    `${option} is missing, so every request is refused: set the environment variable that it comes from`,
  )
}

/** The keys without those that are missing, which may be none. */
export function keysIn(apiKey: Keys): string[] {
  const given: readonly unknown[] = typeof apiKey === "string" ? apiKey.split(",") : [apiKey].flat()
  return given.filter((key) => !isMissing(key)).map(trimKey)
}

/** The same of keys that are sent in headers. Throws `InvalidInputError` for one that can't be. */
export function parseKeys(apiKey: Keys): string[] {
  const keys = keysIn(apiKey)
  if (!keys.every((key) => /^[\x21-\x7e]+$/.test(key))) {
    throw new InvalidInputError(
      "invalid_api_key",
      "apiKey contains a character that can't be sent in a header; use visible ASCII characters without spaces",
      { path: ["apiKey"] },
    )
  }
  return keys
}

function trimKey(key: unknown): string {
  if (typeof key === "string") return key.trim()
  throw new InvalidInputError(
    "invalid_api_key",
    `apiKey is or contains a ${typeof key}: give a key as text, or a list of keys`,
    { path: ["apiKey"] },
  )
}
