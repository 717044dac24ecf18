import {
  DatabaseUnavailableError,
  InvalidInputError,
  PoolerError,
  SchemaError,
  SluiceError,
} from "@sluice/core"
import { explainDatabaseError } from "./database-error.ts"
import { EXIT, Interruption } from "./exit.ts"
import { UsageError } from "./option-spec.ts"

export interface Failure {
  /** That of a `SluiceError`, or the SQLSTATE. */
  readonly code: string
  readonly message: string
  readonly exitCode: number
}

/** What to say of an error, and the exit code. Undefined: it is a mistake of ours. */
export function failureOf(error: unknown): Failure | undefined {
  const ofDatabase = explainDatabaseError(error)
  if (ofDatabase !== undefined) return { code: codeOf(error), message: ofDatabase, exitCode: EXIT.database }
  if (!(error instanceof SluiceError)) return undefined
  return { code: error.code, message: inWordsOfCommands(error.message), exitCode: exitCodeOf(error) }
}

/** Codes of the system, such as ECONNREFUSED, say only that it can't be reached. */
function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown }
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : "database_unavailable"
}

function exitCodeOf(error: SluiceError): number {
  if (error instanceof Interruption) return EXIT.interrupted
  if (error instanceof UsageError || error instanceof InvalidInputError) return EXIT.usage
  const isOfDatabase =
    error instanceof DatabaseUnavailableError || error instanceof SchemaError || error instanceof PoolerError
  return isOfDatabase ? EXIT.database : EXIT.unchanged
}

/** Core says what its own callers can do. */
function inWordsOfCommands(message: string): string {
  return message
    .replace("pass early: true", "pass --early")
    .replace(/: run migrate\b/, ": run sluice migrate")
}
