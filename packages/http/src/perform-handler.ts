import type { AnyJobDefinition, Logger } from "@sluice/core"
import { answerTo, type DescribedError, type ExecutionEvent } from "@sluice/core/executor"
import { parseJson, readText } from "./body.ts"
import { problemResponse, refuse } from "./problem.ts"
import { problemOf } from "./problem-of.ts"
import { isSigned, signerOf } from "./signature.ts"

export interface PerformHandlerOptions {
  /** The definitions with their `perform`, which the drainer's have not. */
  readonly jobs: readonly AnyJobDefinition[]
  /** The key of `http({ url, key })`. Several, while one replaces another. */
  readonly key: string | readonly string[]
  /** Default `console`. */
  readonly log?: Logger
}

/** A payload has 256 KiB at most; the rest is for metadata. */
const MAX_BODY_BYTES = 1024 * 1024

/**
 * The app's side of `executor: http(…)`: a handler of web requests, as the `POST` of a Next.js route or for Hono.
 * Performs what a drainer has signed within the last 5 minutes, and refuses everything else with 401. Throws
 * `InvalidInputError` for a key that is none.
 */
export function createPerformHandler({ jobs, key, log = console }: PerformHandlerOptions) {
  const keys = [key].flat()
  keys.forEach(signerOf)

  return async (request: Request): Promise<Response> => {
    try {
      const body = await readText(request, MAX_BODY_BYTES)
      if (!isSigned(keys, request.headers, body)) refuseSignature()
      const event = parseJson(body) as ExecutionEvent
      const answer = await answerTo(jobs, event, { signal: request.signal, log })
      return "error" in answer ? failed(answer.error) : Response.json(answer)
    } catch (error) {
      const { pathname: path } = new URL(request.url)
      return problemResponse(problemOf(error as Error, { method: request.method, path }, log))
    }
  }
}

function refuseSignature(): never {
  return refuse({
    status: 401,
    code: "wrong_signature",
    detail: "The signature is missing, wrong, or older than 5 minutes: sign with the key of this handler",
  })
}

/** Statuses for those who read access logs: the drainer reads `error`. */
const STATUSES: Readonly<Record<string, 404 | 422 | 503>> = {
  NotHereError: 404,
  Discard: 422,
  UnfitPayload: 422,
  RetryAfter: 503,
  Snooze: 503,
}

function failed(error: DescribedError): Response {
  const status = STATUSES[error.name] ?? 500
  return problemResponse({ status, code: "job_failed", detail: error.message, error })
}
