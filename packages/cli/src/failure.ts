import {
  DatabaseUnavailableError,
  InvalidInputError,
  PoolerError,
  SchemaError,
  SluiceError,
} from "@sluice/core"
import { explainDatabaseError } from "./database-error.ts"
import { UsageError } from "./option-spec.ts"
import { OPTIONS } from "./options.ts"

/** What a command ends with, beside 0. Documented in docs/command-line.md. */
const EXIT = { unchanged: 1, usage: 2, database: 3 } as const

export interface Failure {
  readonly message: string
  readonly exitCode: number
}

/** What to say of an error, and the exit code. Undefined: it is a mistake of ours. */
export function failureOf(error: unknown): Failure | undefined {
  const ofDatabase = explainDatabaseError(error)
  if (ofDatabase !== undefined) return { message: ofDatabase, exitCode: EXIT.database }
  if (!(error instanceof SluiceError)) return undefined
  return { message: inWordsOfOptions(error), exitCode: exitCodeOf(error) }
}

function exitCodeOf(error: SluiceError): number {
  if (error instanceof UsageError || error instanceof InvalidInputError) return EXIT.usage
  const isOfDatabase =
    error instanceof DatabaseUnavailableError || error instanceof SchemaError || error instanceof PoolerError
  return isOfDatabase ? EXIT.database : EXIT.unchanged
}

/** Core says `changes.runAt` of what was given as `--set-run-at`. */
function inWordsOfOptions(error: SluiceError): string {
  const { message } = error
  if (!(error instanceof InvalidInputError) || error.path.length === 0) return message
  const called = error.path.join(".")
  const name = error.path.at(-1)
  const kebab = String(name).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  const option = `${error.path[0] === "changes" ? "set-" : ""}${kebab}`
  if (!message.startsWith(called) || !Object.hasOwn(OPTIONS, option)) return message
  return `--${option}${message.slice(called.length)}`
}
