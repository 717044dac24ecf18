import { InvalidInputError } from "@sluice/core"

/** Throws the error with the place in the body, where what core calls the options is beside the rest. */
export function throwAtBody(error: unknown): never {
  if (!(error instanceof InvalidInputError) || error.index !== undefined || error.path[0] !== "options")
    throw error
  const message = error.message.replace(/^options\./, "")
  throw new InvalidInputError(error.code, message, { path: error.path.slice(1), cause: error })
}
