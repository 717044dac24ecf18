import { randomUUID } from "node:crypto"
import { HostError } from "../host-error.ts"
import type { Invocation, InvocationResult, Invoke, InvokeOptions, InvokeResult } from "./invocation.ts"
import type { Pool } from "./pool.ts"

/** What happens to an event on its way, as it does on Lambda now and then. */
export interface EventTrouble {
  /** Refused with 429, `TooManyRequestsException`. */
  readonly throttled?: boolean
  /** Delivered this much later. */
  readonly delayMs?: number
  /** Delivered this often. Default 1. */
  readonly copies?: number
}

/** Takes invocations, checks them against Lambda's limits, and passes them to the pool of their function. */
export interface Invoker {
  readonly invoke: Invoke
  /**
   * Refuses new invocations, drops those that wait, asks busy environments to end, and waits at most `graceMs` for what
   * is under way.
   */
  close(graceMs: number): Promise<void>
}

/** Lambda's limits of the payload, in bytes. */
const MAX_REQUEST_BYTES = 6_291_456
const MAX_EVENT_BYTES = 1_048_576

/** How long Lambda keeps an asynchronous event that finds no free environment. */
const MAX_EVENT_AGE_MS = 6 * 3_600_000

export function createInvoker(options: {
  /** By function name. */
  pools: ReadonlyMap<string, Pool>
  log: (line: string) => void
  trouble: (functionName: string) => EventTrouble
}): Invoker {
  const { pools, log, trouble } = options
  const underWay = new Set<Promise<unknown>>()
  let isClosing = false
  return { invoke, close }

  async function invoke(
    functionName: string,
    payload: string,
    { type = "RequestResponse", whenBusy = "fail", signal }: InvokeOptions = {},
  ): Promise<InvokeResult> {
    const pool = pools.get(functionName)
    if (!pool) throw new HostError("ResourceNotFoundException", 404, `Function not found: ${functionName}`)
    checkPayload(payload, type === "Event" ? MAX_EVENT_BYTES : MAX_REQUEST_BYTES)
    const invocation = { requestId: randomUUID(), payload }
    if (type === "Event") return acceptEvent(pool, invocation)
    if (isClosing) throw closingError()
    return toInvokeResult(await track(pool.perform(invocation, whenBusy, signal)))
  }

  /** An event is accepted whatever its outcome, and is not retried: retries belong to the queue. */
  function acceptEvent(pool: Pool, invocation: Invocation): InvokeResult {
    const { throttled, delayMs, copies = 1 } = trouble(pool.lambda.name)
    if (throttled) throw new HostError("TooManyRequestsException", 429, "Rate Exceeded")
    const deliver = () => deliverEvent(pool, invocation)
    for (let copy = 0; copy < copies; copy++) {
      if (delayMs) setTimeout(deliver, delayMs).unref()
      else deliver()
    }
    return { requestId: invocation.requestId, payload: "" }
  }

  function deliverEvent(pool: Pool, invocation: Invocation): void {
    const drop = (reason: unknown) =>
      log(`DROP ${pool.lambda.name} RequestId ${invocation.requestId}: ${reason}`)
    if (isClosing) drop(closingError())
    else track(pool.perform(invocation, "wait", AbortSignal.timeout(MAX_EVENT_AGE_MS))).catch(drop)
  }

  function track(performing: Promise<InvocationResult>): Promise<InvocationResult> {
    const end = () => underWay.delete(performing)
    underWay.add(performing)
    performing.then(end, end)
    return performing
  }

  async function close(graceMs: number): Promise<void> {
    isClosing = true
    for (const pool of pools.values()) {
      pool.dropWaiting(closingError())
      for (const environment of pool.environments()) if (environment.busy) environment.askToEnd()
    }
    await Promise.race([Promise.allSettled(underWay), delay(graceMs)])
  }
}

function closingError(): HostError {
  return new HostError("ServiceException", 503, "The local Lambda host is closing")
}

function checkPayload(payload: string, maxBytes: number): void {
  const bytes = Buffer.byteLength(payload)
  if (bytes > maxBytes) {
    throw new HostError(
      "RequestTooLargeException",
      413,
      `The payload has ${bytes} bytes; the limit is ${maxBytes}`,
    )
  }
  try {
    JSON.parse(payload)
  } catch (cause) {
    const message = `Could not parse request body into json: ${cause instanceof Error ? cause.message : cause}`
    throw new HostError("InvalidRequestContentException", 400, message, { cause })
  }
}

function toInvokeResult({ requestId, outcome, payload }: InvocationResult): InvokeResult {
  return outcome === "succeeded" ? { requestId, payload } : { requestId, payload, functionError: "Unhandled" }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}
