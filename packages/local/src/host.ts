import { randomUUID } from "node:crypto"
import { type Clock, createClock } from "./clock.ts"
import type { Invocation, InvocationResult } from "./environment.ts"
import { type FunctionConfig, resolveFunction } from "./function.ts"
import { startGuardian } from "./guardian.ts"
import { HostError } from "./host-error.ts"
import { startInvokeApi } from "./invoke-api.ts"
import { createPool, type Pool } from "./pool.ts"
import { startSchedulerApi } from "./scheduler-api.ts"

export interface HostOptions {
  readonly functions: Readonly<Record<string, FunctionConfig>>
  /** Takes the lines START, REPORT and what the functions print. Default `console.log`. */
  readonly log?: (line: string) => void
  /** Default `"us-east-1"`. */
  readonly region?: string
  /** After this time without an invocation a process is ended. Default 5 minutes. */
  readonly idleMs?: number
  /** What befalls the next event, as it does on Lambda now and then. Default: nothing ever. */
  readonly trouble?: (functionName: string) => EventTrouble
}

const noTrouble = (): EventTrouble => ({})

export interface EventTrouble {
  /** Refused with 429, `TooManyRequestsException`. */
  readonly throttled?: boolean
  /** Delivered so much later. */
  readonly delayMs?: number
  /** Delivered so often. Default 1. */
  readonly copies?: number
}

export interface InvokeOptions {
  /** `Event` resolves when the event is accepted; what becomes of it is in the log only. Default `RequestResponse`. */
  readonly type?: "RequestResponse" | "Event"
  /** What a `RequestResponse` does when all environments are busy. Default `fail`; an `Event` always waits. */
  readonly whenBusy?: "fail" | "wait"
  /** Ends the wait for a free environment; an invocation that has begun goes on. */
  readonly signal?: AbortSignal
}

export interface InvokeResult {
  readonly requestId: string
  /** Set when the function failed, and `payload` is its error. */
  readonly functionError?: "Unhandled"
  /** JSON text; empty for an `Event`. */
  readonly payload: string
}

/** Runs functions in processes of their own, as Lambda does. */
export interface Host {
  /** The endpoint for Lambda clients. Functions have it in their environment as `AWS_ENDPOINT_URL_LAMBDA`. */
  readonly invokeApiUrl: string
  /** The endpoint for clients of EventBridge Scheduler, likewise as `AWS_ENDPOINT_URL_SCHEDULER`. */
  readonly schedulerApiUrl: string
  readonly region: string
  /** What the schedules go by. */
  readonly clock: Clock
  /** `payload` is JSON text. Throws `HostError` when it is refused: unknown function, too large, no JSON, throttled. */
  invoke(functionName: string, payload: string, options?: InvokeOptions): Promise<InvokeResult>
  processes(): { functionName: string; pid: number; busy: boolean }[]
  /**
   * Takes no more work, sends SIGTERM to busy processes and waits for what they do; after `graceMs` (default 5 s) ends
   * all that is left. Events that have not begun are dropped.
   */
  close(options?: { graceMs?: number }): Promise<void>
}

/** Lambda's limits of the payload, in bytes. */
const MAX_REQUEST_BYTES = 6_291_456
const MAX_EVENT_BYTES = 1_048_576

/** How long Lambda keeps an asynchronous event that finds no free environment. */
const MAX_EVENT_AGE_MS = 6 * 3_600_000

export async function createHost(options: HostOptions): Promise<Host> {
  const { log = console.log, region = "us-east-1", idleMs = 300_000, trouble = noTrouble } = options
  const guardian = startGuardian()
  const pools = new Map<string, Pool>()
  const underWay = new Set<Promise<unknown>>()
  let closing = false

  const clock = createClock()
  const invokeApi = await startInvokeApi({ invoke, has: (functionName) => pools.has(functionName) })
  const schedulerApi = await startSchedulerApi({ invoke, clock, region, log })
  for (const [name, config] of Object.entries(options.functions)) {
    const urls = { invokeApiUrl: invokeApi.url, schedulerApiUrl: schedulerApi.url }
    const lambda = resolveFunction(name, config, { region, ...urls })
    pools.set(name, createPool({ lambda, guardian, log, idleMs }))
  }
  return {
    invokeApiUrl: invokeApi.url,
    schedulerApiUrl: schedulerApi.url,
    region,
    clock,
    invoke,
    processes,
    close,
  }

  async function invoke(
    functionName: string,
    payload: string,
    { type = "RequestResponse", whenBusy = "fail", signal }: InvokeOptions = {},
  ): Promise<InvokeResult> {
    const pool = pools.get(functionName)
    if (!pool) throw new HostError("ResourceNotFoundException", 404, `Function not found: ${functionName}`)
    checkPayload(payload, type === "Event" ? MAX_EVENT_BYTES : MAX_REQUEST_BYTES)
    const invocation = { requestId: randomUUID(), payload }
    if (type === "Event") return accept(pool, invocation)
    if (closing) throw closingError()
    return toInvokeResult(await track(pool.perform(invocation, whenBusy, signal)))
  }

  /** An event is accepted whatever becomes of it, and is not tried again: retries belong to the queue. */
  function accept(pool: Pool, invocation: Invocation): InvokeResult {
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
    if (closing) drop(closingError())
    else track(pool.perform(invocation, "wait", AbortSignal.timeout(MAX_EVENT_AGE_MS))).catch(drop)
  }

  function track(performing: Promise<InvocationResult>): Promise<InvocationResult> {
    const end = () => underWay.delete(performing)
    underWay.add(performing)
    performing.then(end, end)
    return performing
  }

  function environments() {
    return [...pools.values()].flatMap((pool) => pool.environments().map((each) => ({ pool, each })))
  }

  function processes() {
    return environments().map(({ pool, each }) => ({
      functionName: pool.lambda.name,
      pid: each.pid,
      busy: each.busy,
    }))
  }

  async function close({ graceMs = 5_000 }: { graceMs?: number } = {}): Promise<void> {
    closing = true
    for (const pool of pools.values()) {
      pool.dropWaiting(closingError())
    }
    for (const { each } of environments()) if (each.busy) each.askToEnd()
    await Promise.race([Promise.allSettled(underWay), delay(graceMs)])
    await Promise.all([...pools.values()].map((pool) => pool.end()))
    await invokeApi.close()
    await schedulerApi.close()
    await guardian.close()
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
