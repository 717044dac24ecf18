import { LambdaClient } from "@aws-sdk/client-lambda"
import { type Connect, type DrainSummary, drain, type Logger, type Sluice, SluiceError } from "@sluice/core"
import type { Context } from "aws-lambda"
import { type Chain, chainOf, handOver, shouldHandOver } from "./chain.ts"
import { createIdleMode, type IdleOptions } from "./idle.ts"
import { jsonLog } from "./log.ts"

export interface DrainHandlerOptions {
  readonly sluice: Sluice
  /** See `createConnect`. */
  readonly connect: Connect
  /** Jobs performed at once in one invocation. Default 20. */
  readonly concurrency?: number
  /** Drainers at work at once, over all invocations. Default 10. */
  readonly maxDrainers?: number
  /** Idle mode: the function is invoked when the next job is due, and not in between. See docs/connections.md. */
  readonly idle?: IdleOptions | undefined
  /** Default: lines of JSON on the standard output, as CloudWatch reads them. */
  readonly log?: Logger
}

export interface DrainReport extends DrainSummary, Omit<Chain, "source"> {
  /** Request id of the invocation that goes on, if one was asked for. */
  readonly handedOverTo?: string
}

/**
 * The drain function: performs due jobs until none is left or the invocation's time is up, and invokes itself while
 * work remains. It takes any event: the schedule's, a hand-over's, or an invoke by hand.
 */
export function createDrainHandler(options: DrainHandlerOptions) {
  const { sluice, connect, idle, log = jsonLog, ...limits } = options
  const beginIdleMode = idle && createIdleMode(idle, log)
  const lambda = new LambdaClient({ maxAttempts: 2 })

  return async (event: unknown, context: Context): Promise<DrainReport> => {
    const chain = chainOf(event, context)
    const stop = stopOnSigterm()
    const wakeUps = beginIdleMode?.(context.invokedFunctionArn)
    try {
      const remainingMs = () => context.getRemainingTimeInMillis()
      const label = `${context.awsRequestId} (hop ${chain.hop})`
      const summary = await drain(sluice, {
        ...limits,
        connect,
        remainingMs,
        signal: stop.signal,
        label,
        log,
        ...(wakeUps && { setWakeUp: wakeUps.setWakeUp }),
      })
      const handedOverTo =
        shouldHandOver(summary, chain) && !stop.signal.aborted
          ? await tryToHandOver(lambda, chain, context, log)
          : undefined
      if (summary.dueWork && !handedOverTo) await wakeUps?.retrySoon()
      const report = {
        ...summary,
        chainId: chain.chainId,
        hop: chain.hop,
        ...(handedOverTo && { handedOverTo }),
      }
      log.info("Drained", { ...report })
      if (summary.stuck > 0) endProcess()
      return report
    } catch (error) {
      // No hand-over: what went wrong would go wrong again at once. The schedule comes.
      log.error("The drain failed", { ...describe(error), chainId: chain.chainId, hop: chain.hop })
      await wakeUps?.retrySoon()
      if (error instanceof SluiceError && error.stuck) endProcess()
      throw error
    } finally {
      await wakeUps?.armed
      stop.forget()
    }
  }
}

/** Lambda announces the end of an environment with SIGTERM where an extension is registered, the local host always. */
function stopOnSigterm() {
  const controller = new AbortController()
  const stop = () => controller.abort()
  process.once("SIGTERM", stop)
  return { signal: controller.signal, forget: () => process.off("SIGTERM", stop) }
}

/** Throttled or unreachable, the hand-over is left to the schedule. */
async function tryToHandOver(lambda: LambdaClient, chain: Chain, context: Context, log: Logger) {
  try {
    return await handOver(lambda, chain, context)
  } catch (error) {
    log.warn("Could not hand over; the schedule will", describe(error))
    return undefined
  }
}

/**
 * Code that ignored its abort signal is still running. Returning would freeze it, and thaw it in the middle of
 * another invocation, when its job may be another drainer's. The platform starts a new process in its place.
 */
function endProcess(): never {
  process.exit(1)
}

function describe(error: unknown) {
  const { name, message, code } = error as Partial<NodeJS.ErrnoException>
  return { error: name ?? typeof error, message: message ?? String(error), ...(code && { code }) }
}
