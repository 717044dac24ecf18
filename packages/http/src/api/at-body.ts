import { InvalidInputError } from "@sluice/core"

/**
 * Throws the error with the place in the body, where core's argument `root` is beside the rest, or is the body itself: for
 * `catch`.
 */
export function throwAtBody(root: "options" | "changes" | "settings"): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof InvalidInputError) || error.index !== undefined || error.path[0] !== root)
      throw error
    const message = root === "options" ? error.message.replace(/^options\./, "") : error.message
    throw new InvalidInputError(error.code, message, { path: error.path.slice(1), cause: error })
  }
}
