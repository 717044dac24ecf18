import type { AnyJobDefinition, Logger } from "@sluice/core"
import { answerTo, type DescribedError, type ExecutionEvent, isInTime } from "@sluice/core/executor"
import { parseJson, readText } from "../messages/body.ts"
import { problemResponse, refuse } from "../messages/problem.ts"
import { problemOf } from "../messages/to-problem.ts"
import { isSigned, signerOf } from "./signature.ts"

export interface PerformHandlerOptions {
  /** The definitions with their `perform`, which the drainer's have not. */
  readonly jobs: readonly AnyJobDefinition[]
  /** The key of `http({ url, key })`. Several, while one replaces another. */
  readonly key: string | readonly string[]
  /**
   * Whether an execution is asked for the first time, to be remembered for so long. Default: as far as this process
   * knows. Where several processes serve, a table that they share keeps a request from being replayed to another one.
   */
  readonly isFirst?: (executionId: string, forMs: number) => boolean | Promise<boolean>
  /** Default `console`. */
  readonly log?: Logger
}

/** A payload has 256 KiB at most; the rest is for metadata. */
const MAX_BODY_BYTES = 1024 * 1024

/**
 * The app's side of `executor: http(…)`: a handler of web requests, as the `POST` of a Next.js route or for Hono.
 * Performs what a drainer has signed within the last 5 minutes, each execution once, and refuses everything else: 401
 * without a valid signature, 409 for an execution that was asked for before, 422 for one without time left. Throws
 * `InvalidInputError` for a key that is none.
 */
export function createPerformHandler(options: PerformHandlerOptions) {
  const { jobs, key, isFirst = createMemory(), log = console } = options
  const keys = [key].flat()
  keys.forEach(signerOf)

  return async (request: Request): Promise<Response> => {
    try {
      const body = await readText(request, MAX_BODY_BYTES)
      if (!isSigned(keys, request.headers, body)) refuseSignature()
      const event = eventFrom(parseJson(body))
      const executionId = request.headers.get("webhook-id") as string // it is signed, too
      if (!(await isFirst(executionId, REMEMBERED_MS))) refuseReplay(executionId)
      const answer = await answerTo(jobs, event, { signal: request.signal, log })
      return "error" in answer ? failed(answer.error) : Response.json(answer)
    } catch (error) {
      const { pathname: path } = new URL(request.url)
      return problemResponse(problemOf(error as Error, { method: request.method, path }, log))
    }
  }
}

/** A signature is taken from 5 minutes before its time, by this machine's clock, to 5 minutes after it. */
const REMEMBERED_MS = 10 * 60_000

/** Of signed requests only, so nobody without the key can fill it. */
function createMemory() {
  const forgottenAtMs = new Map<string, number>()
  return (executionId: string, forMs: number): boolean => {
    const nowMs = performance.now()
    for (const [id, atMs] of forgottenAtMs) {
      if (atMs > nowMs) break // they are in order
      forgottenAtMs.delete(id)
    }
    if (forgottenAtMs.has(executionId)) return false
    forgottenAtMs.set(executionId, nowMs + forMs)
    return true
  }
}

function eventFrom(json: unknown): ExecutionEvent {
  const event = (json ?? {}) as Partial<ExecutionEvent>
  if (typeof event.name === "string" && isInTime(event)) return event as ExecutionEvent
  return refuse({
    status: 422,
    code: "invalid_event",
    detail: "Nothing was performed: the event needs a name, and a remainingMs over 0",
  })
}

function refuseReplay(executionId: string): never {
  return refuse({
    status: 409,
    code: "already_performed",
    detail: `The execution ${executionId} has been asked for before: each is performed once`,
  })
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
