import type { Death } from "./death-report.ts"

export interface InvokeOptions {
  /** `Event` resolves when the event is accepted; its outcome is only logged. Default `RequestResponse`. */
  readonly type?: "RequestResponse" | "Event"
  /** What a `RequestResponse` does when all environments are busy. Default `fail`; an `Event` always waits. */
  readonly whenBusy?: "fail" | "wait"
  /** Ends the wait for a free environment. An invocation that has begun is not affected. */
  readonly signal?: AbortSignal
}

export interface InvokeResult {
  readonly requestId: string
  /** Set when the function failed; `payload` is then its error. */
  readonly functionError?: "Unhandled"
  /** JSON text; empty for an `Event`. */
  readonly payload: string
}

/**
 * Invokes a function. `payload` is JSON text. Throws `HostError` when the invocation is refused: unknown function,
 * payload too large or not JSON, throttled.
 */
export type Invoke = (functionName: string, payload: string, options?: InvokeOptions) => Promise<InvokeResult>

/** An accepted invocation, on its way to an environment. */
export interface Invocation {
  readonly requestId: string
  /** JSON text. */
  readonly payload: string
}

export interface InvocationResult {
  readonly requestId: string
  readonly outcome: "succeeded" | "failed" | Death
  /** JSON text: what the function returned, or the error in Lambda's format. */
  readonly payload: string
}
