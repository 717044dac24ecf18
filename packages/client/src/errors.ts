/** The body of an error response: `application/problem+json`, RFC 9457. */
export interface Problem {
  readonly status: number
  /** Stable, for programs: `unknown_job`, `payload_too_large`, … */
  readonly code: string
  /** For people: what happened, with which value, and what to do. */
  readonly detail: string
  /** The places in the request's body that are wrong, as JSON pointers. */
  readonly errors?: readonly { readonly pointer: string; readonly message: string }[]
}

/** The API has refused a request, or could not be reached. */
export class SluiceApiError extends Error {
  /** The response's status; 0 if there was no response. */
  readonly status: number
  /** The code of the problem; `unreachable` if there was no response, `unexpected_response` if it was not the API's. */
  readonly code: string
  readonly problem: Problem | undefined

  constructor(
    message: string,
    options: { status: number; code: string; problem?: Problem; cause?: unknown },
  ) {
    super(message, { cause: options.cause })
    this.name = "SluiceApiError"
    this.status = options.status
    this.code = options.code
    this.problem = options.problem
  }
}
