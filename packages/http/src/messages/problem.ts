import { truncate } from "@sluice/core/checks"
import type { SerializedError } from "@sluice/core/executor"

/** The content of an error response, before it becomes `application/problem+json` (RFC 9457). */
export interface Problem {
  readonly status: keyof typeof TITLES
  /** Stable, for programs: `unknown_job`, `payload_too_large`, … */
  readonly code: string
  /** For people: what happened, with which value, and what to do. */
  readonly detail: string
  /** The places in the request body that are wrong, as JSON pointers (RFC 6901). */
  readonly errors?: readonly { readonly pointer: string; readonly message: string }[]
  /** Position of the offending job in a batch. */
  readonly index?: number
  /** The job that is in the way. */
  readonly jobId?: string
  /** What a job threw, for the drainer that requested the execution. */
  readonly error?: SerializedError
  /** Identifies this occurrence, in the log too. */
  readonly instance?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Carries a problem to the app's error handler. */
export class ProblemError extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.detail)
    this.name = "ProblemError"
    this.problem = problem
  }
}

export function refuse(problem: Problem): never {
  throw new ProblemError(problem)
}

export function problemResponse({ headers, status, ...members }: Problem): Response {
  const body = { type: "about:blank", title: TITLES[status], status, ...limitSize(members) }
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/problem+json", ...headers },
  })
}

const MAX_TEXT_LENGTH = 4_000
const MAX_ERRORS = 20

/** Errors quote what the caller has sent. The limit keeps the response small whatever that was. */
function limitSize<Members extends Pick<Problem, "detail" | "errors">>(members: Members): Members {
  const { detail, errors } = members
  return {
    ...members,
    detail: truncate(detail, MAX_TEXT_LENGTH),
    ...(errors && {
      errors: errors.slice(0, MAX_ERRORS).map(({ pointer, message }) => {
        return { pointer: truncate(pointer, MAX_TEXT_LENGTH), message: truncate(message, MAX_TEXT_LENGTH) }
      }),
    }),
  }
}

/** A JSON pointer to the value at `path`. */
export function pointerTo(path: readonly (string | number)[]): string {
  return path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("")
}

const TITLES = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
} as const
