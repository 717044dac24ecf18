import { type Death, deathReport, describeExit } from "./death-report.ts"
import type { LambdaFunction } from "./function.ts"
import { type Exit, startFunctionProcess } from "./function-process.ts"
import type { Guardian } from "./guardian.ts"
import type { Invocation, InvocationResult } from "./invocation.ts"
import { createLimits } from "./limits.ts"
import { type HandedEvent, type RuntimeMessage, startRuntimeApi } from "./runtime-api.ts"

/** One process of a function. It performs one invocation at a time and is frozen in between. */
export interface Environment {
  readonly pid: number
  readonly busy: boolean
  /** To be called when it is not busy. Resolves in any case, also when the process dies on the way. */
  perform(invocation: Invocation): Promise<InvocationResult>
  /** Asks a handler that listens for SIGTERM to come to its end. */
  askToEnd(): void
  /** Ends it at once, frozen or not. */
  kill(): void
  readonly gone: Promise<void>
}

export interface EnvironmentOptions {
  readonly lambda: LambdaFunction
  readonly guardian: Guardian
  readonly log: (line: string) => void
  /** An invocation is behind it. It is frozen now, unless it is given the next one in this call. */
  onIdle(environment: Environment): void
  onGone(environment: Environment): void
}

/** Lambda gives the init phase 10 s and, if that is not enough, the function's own timeout in a second try. */
const INIT_LIMIT_MS = 10_000

/** Starts a process; it loads its handler while the first invocation waits. */
export async function startEnvironment(options: EnvironmentOptions): Promise<Environment> {
  const { lambda, guardian, log } = options
  const bornAt = performance.now()
  let initMs: number | undefined
  let initError: string | undefined
  /** Set while the process asks for an event and has none. */
  let hand: ((event: HandedEvent) => void) | undefined
  let current: Performance | undefined
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
        current = { ...invocation, cold, resolve, startedAt: performance.now() }
        handOver()
      })
    },
    askToEnd: () => functionProcess.signal("SIGTERM"),
    kill: () => kill("closed"),
    gone: functionProcess.exited.then(bury),
  }
  return environment

  function receive(message: RuntimeMessage): boolean {
    if (message.kind === "next") {
      receiveNext(message.hand)
    } else if (message.kind === "init error") {
      initError = message.payload
    } else {
      if (!current || current.requestId !== message.requestId || current.result) return false
      current.result = {
        outcome: message.kind === "response" ? "succeeded" : "failed",
        payload: message.payload,
      }
    }
    return true
  }

  /** An invocation is over when the process asks for the next one: until then its limits hold, and it can fail. */
  function receiveNext(answer: (event: HandedEvent) => void): void {
    limits.stop()
    initMs ??= Math.round(performance.now() - bornAt)
    hand = answer
    if (current?.result) {
      settle(current, current.result)
      options.onIdle(environment)
    } else {
      handOver()
    }
    if (waitsForEvent()) functionProcess.signal("SIGSTOP")
  }

  function waitsForEvent(): boolean {
    return hand !== undefined
  }

  function handOver(): void {
    if (!hand || !current) return
    const answer = hand
    hand = undefined
    functionProcess.signal("SIGCONT")
    limits.start(lambda.timeoutMs)
    current.startedAt = performance.now()
    const { requestId, payload } = current
    answer({ requestId, payload, functionArn: lambda.arn, deadlineAt: Date.now() + lambda.timeoutMs })
  }

  function settle({ requestId, cold, startedAt, resolve }: Performance, result: Result): void {
    current = undefined
    const start = cold ? `cold${initMs === undefined ? "" : ` (init ${initMs} ms)`}` : "warm"
    const usage = `${Math.ceil(performance.now() - startedAt)} ms ${result.outcome} ${limits.peakMb()} MB`
    log(`REPORT ${lambda.name} RequestId ${requestId} pid ${pid} ${start} ${usage}`)
    resolve({ requestId, ...result })
  }

  function kill(reason: Death | "closed"): void {
    killedFor ??= reason
    functionProcess.signal("SIGKILL")
  }

  function bury(exit: Exit): void {
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

interface Performance extends Invocation {
  readonly cold: boolean
  readonly resolve: (result: InvocationResult) => void
  startedAt: number
  /** What the process has answered. */
  result?: Result
}
