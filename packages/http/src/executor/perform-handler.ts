import type { AnyJobDefinition, Logger } from "@sluice/core"
import { assertDefinitions, assertKnownKeys } from "@sluice/core/checks"
import { answerTo, type ExecutionEvent, isInTime, type SerializedError } from "@sluice/core/executor"
import { parseJson, readText } from "../messages/body.ts"
import { isMissing, type Keys, missingKeyError } from "../messages/missing-key.ts"
import { problemResponse, refuse } from "../messages/problem.ts"
import { toProblem } from "../messages/to-problem.ts"
import { createSigner, isSigned } from "./signature.ts"

export interface PerformHandlerOptions {
  /** The definitions with their `perform`; the drainer's definitions lack it. */
  readonly jobs: readonly AnyJobDefinition[]
  /**
   * The key of `http({ url, key })`; several during a rotation. Without a key, as where an app is built, the handler refuses
   * every request: 500, code `not_configured`.
   */
  readonly key: Keys
  /**
   * Returns whether this execution is requested for the first time, and remembers it for `forMs`. Default: remembered in
   * this process. With several processes, use a table that they share, so that no request can be replayed to another one.
   */
  readonly isFirst?: (executionId: string, forMs: number) => boolean | Promise<boolean>
  /** Default `console`. */
  readonly log?: Logger
}

/** A payload has at most 256 KiB; the rest is for metadata. */
const MAX_BODY_BYTES = 1024 * 1024

/**
 * The app's side of `executor: http(…)`: a handler of web requests, for example the `POST` of a Next.js route or a Hono
 * handler. Performs what a drainer has signed within the last 5 minutes, each execution once, and refuses the rest: 401
 * without a valid signature, 409 for an execution that was requested before, 422 for one without time left. Throws
 * `InvalidInputError` for an invalid key, not for a missing one.
 */
export function createPerformHandler(options: PerformHandlerOptions) {
  assertKnownKeys(options, ["jobs", "key", "isFirst", "log"], ["createPerformHandler"])
  assertDefinitions(options.jobs, ["createPerformHandler", "jobs"])
  const { jobs, key, isFirst = createReplayGuard(), log = console } = options
  const keys = [key].flat().filter((one): one is string => !isMissing(one))
  for (const one of keys) createSigner(one)

  return async (request: Request): Promise<Response> => {
    try {
      if (keys.length === 0) throw missingKeyError("createPerformHandler's key")
      const body = await readText(request, MAX_BODY_BYTES)
      if (!isSigned(keys, request.headers, body)) refuseSignature()
      const event = parseEvent(parseJson(body))
      const executionId = request.headers.get("webhook-id") as string // covered by the signature
      if (!(await isFirst(executionId, REMEMBERED_MS))) refuseReplay(executionId)
      const answer = await answerTo(jobs, event, { signal: request.signal, log })
      return "error" in answer ? toFailureResponse(answer.error) : Response.json(answer)
    } catch (error) {
      const { pathname: path } = new URL(request.url)
      return problemResponse(toProblem(error as Error, { method: request.method, path }, log))
    }
  }
}

/** A signature is valid from 5 minutes before its time, by this machine's clock, to 5 minutes after it. */
const REMEMBERED_MS = 10 * 60_000

/** Remembers signed requests only, so that callers without the key can't fill it. */
function createReplayGuard() {
  const expiresAtMs = new Map<string, number>()
  return (executionId: string, forMs: number): boolean => {
    const nowMs = performance.now()
    for (const [id, atMs] of expiresAtMs) {
      if (atMs > nowMs) break // entries are in order of expiry
      expiresAtMs.delete(id)
    }
    if (expiresAtMs.has(executionId)) return false
    expiresAtMs.set(executionId, nowMs + forMs)
    return true
  }
}

function parseEvent(json: unknown): ExecutionEvent {
  const event = (json ?? {}) as Partial<ExecutionEvent>
  if (typeof event.name === "string" && isInTime(event)) return event as ExecutionEvent
  return refuse({
    status: 422,
    code: "invalid_event",
    detail: "Nothing was performed: the event needs a name, and a remainingMs above 0",
  })
}

function refuseReplay(executionId: string): never {
  return refuse({
    status: 409,
    code: "already_performed",
    detail: `The execution ${executionId} was requested before; each is performed once`,
  })
}

function refuseSignature(): never {
  return refuse({
    status: 401,
    code: "wrong_signature",
    detail: "The signature is missing, wrong, or older than 5 minutes: sign with the key of this handler",
  })
}

/** Statuses for readers of access logs; the drainer reads `error`. */
const STATUSES: Readonly<Record<string, 404 | 422 | 503>> = {
  NotHereError: 404,
  Discard: 422,
  UnfitPayload: 422,
  RetryAfter: 503,
  Snooze: 503,
}

function toFailureResponse(error: SerializedError): Response {
  const status = STATUSES[error.name] ?? 500
  return problemResponse({ status, code: "job_failed", detail: error.message, error })
}
