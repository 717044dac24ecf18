import { type Death, deathReport, describeExit } from "./death-report.ts"
import type { LambdaFunction } from "./function.ts"
import { type Exit, startFunctionProcess } from "./function-process.ts"
import type { Guardian } from "./guardian.ts"
import type { Invocation, InvocationResult } from "./invocation.ts"
import { createLimits } from "./limits.ts"
import { type RuntimeEvent, type RuntimeMessage, startRuntimeApi } from "./runtime-api.ts"

/** One process of a function. It performs one invocation at a time and is frozen in between. */
export interface Environment {
  readonly pid: number
  readonly busy: boolean
  /** Must not be called while it is busy. Never rejects, not even when the process dies. */
  perform(invocation: Invocation): Promise<InvocationResult>
  /** Sends SIGTERM, for handlers that listen to it. */
  askToEnd(): void
  /** Ends the process at once, frozen or not. */
  kill(): void
  readonly gone: Promise<void>
}

export interface EnvironmentOptions {
  readonly lambda: LambdaFunction
  readonly guardian: Guardian
  readonly log: (line: string) => void
  /** An invocation has ended. The environment is frozen next, unless it gets another invocation in this call. */
  onIdle(environment: Environment): void
  onGone(environment: Environment): void
}

/** Lambda allows 10 s for the init phase and, when that is exceeded, the function's own timeout in a second attempt. */
const INIT_LIMIT_MS = 10_000

/** Starts a process. It loads its handler while the first invocation waits. */
export async function startEnvironment(options: EnvironmentOptions): Promise<Environment> {
  const { lambda, guardian, log } = options
  const startedAtMs = performance.now()
  let initMs: number | undefined
  let initError: string | undefined
  /** Set while the process waits for an event. */
  let sendEvent: ((event: RuntimeEvent) => void) | undefined
  let current: CurrentInvocation | undefined
  let killedFor: Death | "closed" | undefined

  const runtimeApi = await startRuntimeApi(receive)
  const starting = startFunctionProcess({ lambda, runtimeApiAddress: runtimeApi.address, guardian, log })
  const functionProcess = await starting.catch((error) => {
    runtimeApi.close()
    throw error
  })
  const { pid } = functionProcess
  const limits = createLimits(pid, lambda.memoryMb, (limit) =>
    kill(limit === "timed out" && initMs === undefined ? "init failed" : limit),
  )
  limits.start(Math.max(INIT_LIMIT_MS, lambda.timeoutMs))

  const environment: Environment = {
    pid,
    get busy() {
      return current !== undefined
    },
    perform(invocation) {
      const cold = initMs === undefined
      log(`START ${lambda.name} RequestId ${invocation.requestId} pid ${pid} ${cold ? "cold" : "warm"}`)
      return new Promise((resolve) => {
        current = { ...invocation, cold, resolve, startedAtMs: performance.now() }
        begin()
      })
    },
    askToEnd: () => functionProcess.signal("SIGTERM"),
    kill: () => kill("closed"),
    gone: functionProcess.exited.then(end),
  }
  return environment

  /** Returns whether the message was expected. */
  function receive(message: RuntimeMessage): boolean {
    if (message.kind === "next") {
      receiveNext(message.send)
      return true
    }
    if (message.kind === "init error") {
      initError = message.payload
      return true
    }
    if (!current || current.requestId !== message.requestId || current.result) return false
    current.result = {
      outcome: message.kind === "response" ? "succeeded" : "failed",
      payload: message.payload,
    }
    return true
  }

  /** An invocation ends when the process asks for the next event: until then its limits apply, and it can fail. */
  function receiveNext(send: (event: RuntimeEvent) => void): void {
    limits.stop()
    initMs ??= Math.round(performance.now() - startedAtMs)
    sendEvent = send
    if (current?.result) {
      settle(current, current.result)
      options.onIdle(environment)
    } else {
      begin()
    }
    if (isWaiting()) functionProcess.signal("SIGSTOP")
  }

  function isWaiting(): boolean {
    return sendEvent !== undefined
  }

  /** Begins the current invocation once the process waits for an event. */
  function begin(): void {
    if (!sendEvent || !current) return
    const send = sendEvent
    sendEvent = undefined
    functionProcess.signal("SIGCONT")
    limits.start(lambda.timeoutMs)
    current.startedAtMs = performance.now()
    const { requestId, payload } = current
    send({ requestId, payload, functionArn: lambda.arn, deadlineAtMs: Date.now() + lambda.timeoutMs })
  }

  function settle(invocation: CurrentInvocation, result: Result): void {
    current = undefined
    log(`REPORT ${lambda.name} ${describe(invocation, result, { pid, initMs, peakMb: limits.peakMb() })}`)
    invocation.resolve({ requestId: invocation.requestId, ...result })
  }

  function kill(reason: Death | "closed"): void {
    killedFor ??= reason
    functionProcess.signal("SIGKILL")
  }

  function end(exit: Exit): void {
    limits.stop()
    runtimeApi.close()
    if (current) settle(current, resultOfDeath(current.requestId, exit))
    else if (!killedFor) log(`END ${lambda.name} pid ${pid} between invocations: ${describeExit(exit)}`)
    options.onGone(environment)
  }

  function resultOfDeath(requestId: string, exit: Exit): Result {
    if (initError !== undefined) return { outcome: "init failed", payload: initError }
    const outcome = killedFor === undefined || killedFor === "closed" ? "exited" : killedFor
    return { outcome, payload: deathReport(outcome, requestId, lambda, exit) }
  }
}

type Result = Omit<InvocationResult, "requestId">

interface CurrentInvocation extends Invocation {
  readonly cold: boolean
  readonly resolve: (result: InvocationResult) => void
  startedAtMs: number
  /** Set when the process has responded. */
  result?: Result
}

/** The rest of a REPORT line. */
function describe(
  { requestId, cold, startedAtMs }: CurrentInvocation,
  { outcome }: Result,
  { pid, initMs, peakMb }: { pid: number; initMs: number | undefined; peakMb: number },
): string {
  const init = cold && initMs !== undefined ? ` (init ${initMs} ms)` : ""
  const durationMs = Math.ceil(performance.now() - startedAtMs)
  return `RequestId ${requestId} pid ${pid} ${cold ? "cold" : "warm"}${init} ${durationMs} ms ${outcome} ${peakMb} MB`
}
