import { randomUUID } from "node:crypto"
import {
  ApiKeyNotFoundError,
  BatchFinishedError,
  BatchNotFoundError,
  currentCorrelationId,
  DatabaseUnavailableError,
  ForbiddenError,
  InvalidInputError,
  InvalidPayloadError,
  JobNotFoundError,
  JobStateError,
  type Logger,
  PayloadTooLargeError,
  RequestError,
  ScheduleNotFoundError,
  ScheduleStateError,
  SchemaError,
  SluiceError,
  UniqueKeyTakenError,
  WaitingLimitError,
  WaitNotFoundError,
  WaitStateError,
} from "@sluice/core"
import { type Problem, ProblemError, pointerTo } from "./problem.ts"

const RETRY_AFTER_SECONDS = "5"
const NOT_FOUND = [
  ApiKeyNotFoundError,
  BatchNotFoundError,
  JobNotFoundError,
  ScheduleNotFoundError,
  WaitNotFoundError,
]
const FORBIDDEN_BY_STATE = [BatchFinishedError, JobStateError, ScheduleStateError, WaitStateError]

/** The problem for any error. Mistakes of the caller are explained in it; failures of the server are logged instead. */
export function toProblem(error: Error, request: { method: string; path: string }, log: Logger): Problem {
  if (error instanceof ProblemError) return error.problem
  if (error instanceof InvalidInputError) return toInputProblem(error)
  if (isOneOf(error, NOT_FOUND)) return { status: 404, code: error.code, detail: error.message }
  if (error instanceof ForbiddenError) return { status: 403, code: error.code, detail: error.message }
  if (error instanceof RequestError) return toRequestProblem(error)
  if (error instanceof UniqueKeyTakenError) return toTakenProblem(error)
  if (error instanceof WaitingLimitError) return toFullProblem(error)
  if (isOneOf(error, FORBIDDEN_BY_STATE)) return { status: 409, code: error.code, detail: error.message }

  const instance = `urn:uuid:${randomUUID()}`
  log.error(`${request.method} ${request.path} failed: ${error.message}`, {
    instance,
    ...(!(error instanceof DatabaseUnavailableError) && { error }), // each request fails then, all for the reason in the message
    correlationId: currentCorrelationId(),
  })
  return { ...toFailureProblem(error), instance }
}

function isOneOf(error: Error, classes: readonly (typeof SluiceError)[]): error is SluiceError {
  return classes.some((type) => error instanceof type)
}

function toRequestProblem({ code, message }: RequestError): Problem {
  return code === "request_in_progress"
    ? { status: 409, code, detail: message, headers: { "retry-after": "1" } }
    : { status: 422, code, detail: message }
}

function toFullProblem({ code, message }: WaitingLimitError): Problem {
  return { status: 429, code, detail: message, headers: { "retry-after": RETRY_AFTER_SECONDS } }
}

function toTakenProblem({ code, message, jobId, index }: UniqueKeyTakenError): Problem {
  return {
    status: 409,
    code,
    detail: message,
    ...(index !== undefined && { index }),
    ...(jobId !== null && { jobId }),
  }
}

function toInputProblem(error: InvalidInputError): Problem {
  return {
    status: error instanceof PayloadTooLargeError ? 413 : 422,
    code: error.code,
    detail: error.message,
    ...(error.index !== undefined && { index: error.index }),
    errors: errorsOf(error),
  }
}

function errorsOf(error: InvalidInputError): { pointer: string; message: string }[] {
  const job = error.index === undefined ? [] : ["jobs", error.index]
  if (error instanceof InvalidPayloadError) {
    return error.issues.map(({ path, message }) => ({
      pointer: pointerTo([...job, "payload", ...path]),
      message,
    }))
  }
  return [{ pointer: pointerTo([...job, ...error.path]), message: error.message }]
}

function toFailureProblem(error: Error): Problem {
  if (error instanceof DatabaseUnavailableError) {
    return {
      status: 503,
      code: error.code,
      detail: "The database can't be reached; try again later",
      headers: { "retry-after": RETRY_AFTER_SECONDS },
    }
  }
  if (error instanceof SluiceError && error.code === "store_unavailable") {
    return {
      status: 503,
      code: error.code,
      detail: "The store of payloads can't be reached; try again later",
      headers: { "retry-after": RETRY_AFTER_SECONDS },
    }
  }
  if (error instanceof SchemaError) return { status: 503, code: error.code, detail: error.message }
  if (error instanceof SluiceError && error.code === "not_configured")
    return { status: 500, code: error.code, detail: error.message }
  return { status: 500, code: "internal_error", detail: "Something failed on the server; see its log" }
}
