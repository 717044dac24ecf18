import { HostError } from "../host-error.ts"
import { type Environment, startEnvironment } from "./environment.ts"
import type { LambdaFunction } from "./function.ts"
import type { Guardian } from "./guardian.ts"
import type { Invocation, InvocationResult } from "./invocation.ts"

/** The environments of one function, and what waits for them. */
export interface Pool {
  readonly lambda: LambdaFunction
  /**
   * Performs in a warm environment, else in a new one. At the function's limit `fail` throws
   * `TooManyRequestsException`, and `wait` waits for a free one, unless `signal` ends the wait before.
   */
  perform(invocation: Invocation, whenBusy: "fail" | "wait", signal?: AbortSignal): Promise<InvocationResult>
  environments(): Environment[]
  /** Rejects what waits for a free environment. */
  dropWaiting(reason: Error): void
  /** Ends all processes, busy or not. */
  end(): Promise<void>
}

interface Waiting {
  readonly begin: (environment?: Environment) => void
  readonly reject: (reason: unknown) => void
}

export function createPool(options: {
  lambda: LambdaFunction
  guardian: Guardian
  log: (line: string) => void
  /** Idle environments end after this time. */
  idleMs: number
}): Pool {
  const { lambda, guardian, log, idleMs } = options
  const environments = new Set<Environment>()
  /** With the timer that ends it. The one used last is taken first, so that surplus ones age. */
  const idle = new Map<Environment, NodeJS.Timeout>()
  /** First come, first served. */
  const waiting = new Set<Waiting>()
  const starting = new Set<Promise<Environment>>()

  return {
    lambda,
    perform(invocation, whenBusy, signal) {
      if (idle.size > 0 || hasPlace()) return begin(invocation)
      if (whenBusy === "fail") return Promise.reject(throttled(lambda))
      return new Promise((resolve, reject) => {
        const leave = () => {
          waiting.delete(entry)
          reject(signal?.reason)
        }
        const entry: Waiting = {
          reject,
          begin(environment) {
            signal?.removeEventListener("abort", leave)
            resolve(begin(invocation, environment))
          },
        }
        waiting.add(entry)
        signal?.addEventListener("abort", leave)
      })
    },
    environments: () => [...environments],
    dropWaiting(reason) {
      for (const { reject } of waiting) reject(reason)
      waiting.clear()
    },
    async end() {
      await Promise.allSettled(starting)
      for (const environment of environments) environment.kill()
      await Promise.all([...environments].map((environment) => environment.gone))
    },
  }

  function hasPlace(): boolean {
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

  function takeWaiting(): Waiting | undefined {
    const [first] = waiting
    if (first) waiting.delete(first)
    return first
  }

  function beginWaiting(): void {
    if (hasPlace()) takeWaiting()?.begin()
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
      beginWaiting()
      const message = `No process could be started for ${lambda.name}: ${cause}`
      throw new HostError("ServiceException", 500, message, { cause })
    }
  }

  function onIdle(environment: Environment): void {
    const next = takeWaiting()
    if (next) next.begin(environment)
    else idle.set(environment, setTimeout(() => retire(environment), idleMs).unref())
  }

  function retire(environment: Environment): void {
    idle.delete(environment)
    environment.kill()
  }

  function onGone(environment: Environment): void {
    clearTimeout(idle.get(environment))
    idle.delete(environment)
    environments.delete(environment)
    beginWaiting()
  }
}

function throttled(lambda: LambdaFunction): HostError {
  return new HostError(
    "TooManyRequestsException",
    429,
    `Rate Exceeded: all ${lambda.maxEnvironments} environments of ${lambda.name} are busy`,
  )
}
