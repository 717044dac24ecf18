import { type Clock, createClock } from "./eventbridge/clock.ts"
import { startSchedulerApi } from "./eventbridge/scheduler-api.ts"
import { type FunctionConfig, resolveFunction } from "./lambda/function.ts"
import { startGuardian } from "./lambda/guardian.ts"
import type { Invoke } from "./lambda/invocation.ts"
import { startInvokeApi } from "./lambda/invoke-api.ts"
import { createInvoker, type EventTrouble } from "./lambda/invoker.ts"
import { createPool, type Pool } from "./lambda/pool.ts"

export interface HostOptions {
  readonly functions: Readonly<Record<string, FunctionConfig>>
  /** Receives the START and REPORT lines and the output of the functions. Default `console.log`. */
  readonly log?: (line: string) => void
  /** Default `"us-east-1"`. */
  readonly region?: string
  /** A process that isn't invoked for this long is ended. Default 5 minutes. */
  readonly idleMs?: number
  /** What happens to the next event of a function. Default: it is delivered. */
  readonly trouble?: (functionName: string) => EventTrouble
}

/** Runs functions in processes of their own, as Lambda does. */
export interface Host {
  /** The endpoint for Lambda clients. Functions have it in their environment as `AWS_ENDPOINT_URL_LAMBDA`. */
  readonly invokeApiUrl: string
  /** The endpoint for EventBridge Scheduler clients. Functions have it as `AWS_ENDPOINT_URL_SCHEDULER`. */
  readonly schedulerApiUrl: string
  readonly region: string
  /** The clock that schedules follow. */
  readonly clock: Clock
  readonly invoke: Invoke
  processes(): { functionName: string; pid: number; busy: boolean }[]
  /**
   * Accepts no more work, sends SIGTERM to busy processes and waits for them; after `graceMs` (default 5 s) ends all that
   * are left. Events that have not begun are dropped.
   */
  close(options?: { graceMs?: number }): Promise<void>
}

export async function createHost(options: HostOptions): Promise<Host> {
  const {
    functions,
    log = console.log,
    region = "us-east-1",
    idleMs = 300_000,
    trouble = noTrouble,
  } = options
  const clock = createClock()
  const guardian = startGuardian()
  const pools = new Map<string, Pool>()
  const invoker = createInvoker({ pools, log, trouble })
  const { invoke } = invoker
  const invokeApi = await startInvokeApi({ invoke, has: (functionName) => pools.has(functionName) })
  const schedulerApi = await startSchedulerApi({ invoke, clock, region, log })
  const urls = { invokeApiUrl: invokeApi.url, schedulerApiUrl: schedulerApi.url }
  for (const [name, config] of Object.entries(functions)) {
    const lambda = resolveFunction(name, config, { region, ...urls })
    pools.set(name, createPool({ lambda, guardian, log, idleMs }))
  }

  return {
    ...urls,
    region,
    clock,
    invoke,
    processes: () => [...pools.values()].flatMap(processesOf),
    async close({ graceMs = 5_000 } = {}) {
      await invoker.close(graceMs)
      await Promise.all([...pools.values()].map((pool) => pool.end()))
      await invokeApi.close()
      await schedulerApi.close()
      await guardian.close()
    },
  }
}

function noTrouble(): EventTrouble {
  return {}
}

function processesOf(pool: Pool) {
  return pool.environments().map(({ pid, busy }) => ({ functionName: pool.lambda.name, pid, busy }))
}
