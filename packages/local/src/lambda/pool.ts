import { HostError } from "../host-error.ts"
import { type Environment, startEnvironment } from "./environment.ts"
import type { LambdaFunction } from "./function.ts"
import type { Guardian } from "./guardian.ts"
import type { Invocation, InvocationResult } from "./invocation.ts"
import { createWaitingLine } from "./waiting-line.ts"

/** The environments of one function, and the invocations that wait for them. */
export interface Pool {
  readonly lambda: LambdaFunction
  /**
   * Performs in a warm environment, else in a new one. At the function's limit `fail` throws
   * `TooManyRequestsException`, and `wait` waits for a free environment until `signal` aborts.
   */
  perform(invocation: Invocation, whenBusy: "fail" | "wait", signal?: AbortSignal): Promise<InvocationResult>
  environments(): Environment[]
  /** Rejects the invocations that wait for an environment. */
  dropWaiting(reason: Error): void
  /** Ends all processes, busy or not. */
  end(): Promise<void>
}

export interface PoolOptions {
  readonly lambda: LambdaFunction
  readonly guardian: Guardian
  readonly log: (line: string) => void
  /** Idle environments end after this time. */
  readonly idleMs: number
}

export function createPool({ lambda, guardian, log, idleMs }: PoolOptions): Pool {
  const environments = new Set<Environment>()
  const starting = new Set<Promise<Environment>>()
  /** With the timers that end them. The one used last is used first, so that surplus ones age. */
  const idle = new Map<Environment, NodeJS.Timeout>()
  const line = createWaitingLine<Environment | undefined, InvocationResult>()

  return {
    lambda,
    perform(invocation, whenBusy, signal) {
      if (idle.size > 0 || hasRoom()) return begin(invocation)
      if (whenBusy === "fail") return Promise.reject(throttledError(lambda))
      return line.join((environment) => begin(invocation, environment), signal)
    },
    environments: () => [...environments],
    dropWaiting: line.clear,
    async end() {
      await Promise.allSettled(starting)
      for (const environment of environments) environment.kill()
      await Promise.all([...environments].map((environment) => environment.gone))
    },
  }

  function hasRoom(): boolean {
    return environments.size + starting.size < lambda.maxEnvironments
  }

  async function begin(invocation: Invocation, free = takeIdle()): Promise<InvocationResult> {
    const environment = free ?? (await start())
    return environment.perform(invocation)
  }

  function takeIdle(): Environment | undefined {
    const [environment, timer] = [...idle].at(-1) ?? []
    if (environment) idle.delete(environment)
    clearTimeout(timer)
    return environment
  }

  async function start(): Promise<Environment> {
    const start = startEnvironment({ lambda, guardian, log, onIdle, onGone })
    starting.add(start)
    try {
      const environment = await start
      environments.add(environment)
      starting.delete(start)
      return environment
    } catch (cause) {
      starting.delete(start)
      useRoom()
      const message = `No process could be started for ${lambda.name}: ${cause}`
      throw new HostError("ServiceException", 500, message, { cause })
    }
  }

  function onIdle(environment: Environment): void {
    if (line.serve(environment)) return
    idle.set(environment, setTimeout(() => retire(environment), idleMs).unref())
  }

  function retire(environment: Environment): void {
    idle.delete(environment)
    environment.kill()
  }

  function onGone(environment: Environment): void {
    clearTimeout(idle.get(environment))
    idle.delete(environment)
    environments.delete(environment)
    useRoom()
  }

  function useRoom(): void {
    if (hasRoom()) line.serve(undefined)
  }
}

function throttledError(lambda: LambdaFunction): HostError {
  return new HostError(
    "TooManyRequestsException",
    429,
    `Rate Exceeded: all ${lambda.maxEnvironments} environments of ${lambda.name} are busy`,
  )
}
