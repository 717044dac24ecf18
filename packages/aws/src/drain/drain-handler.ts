import {
  assertTimeoutsFit,
  type Connect,
  type DrainSummary,
  type Duration,
  drain,
  durationMs,
  type Logger,
  type Sluice,
  SluiceError,
} from "@sluice/core"
import type { Context } from "aws-lambda"
import { invokeDrain } from "../invoke.ts"
import { createDrainLog } from "../log.ts"
import { type Chain, chainOf, nextInChain, shouldHandOver } from "./chain.ts"
import { createIdleMode, type IdleOptions } from "./idle.ts"
import { createMetrics } from "./metrics.ts"

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
  /**
   * How long an invocation stays awake without work. Default `"200ms"`: jobs that come one after the other meet one
   * drainer that is awake. A longer time buys starts within milliseconds, and is billed.
   */
  readonly linger?: Duration
  /** See `drain`. Default `"1m"`. */
  readonly silence?: Duration
  /** The function's timeout as it is deployed. With it a definition whose own timeout can never fit is refused here. */
  readonly timeout?: Duration
  /** Names this deployment in logs and metrics, as their dimension `service`. Default `"sluice"`. */
  readonly service?: string
  /** Default: Powertools' Logger, whose every line has the request id, chain id and hop. */
  readonly log?: Logger
}

export interface DrainReport extends DrainSummary, Omit<Chain, "source" | "fruitless"> {
  /** Further drainers that were asked for on the way, because the backlog was deep or old. */
  readonly invited: number
  /** Request id of the invocation that goes on, if one was asked for. */
  readonly handedOverTo?: string
}

/**
 * The drain function: performs due jobs until none is left or the invocation's time is up, and invokes itself while
 * work remains. It takes any event: the schedule's, a hand-over's, or an invoke by hand.
 */
export function createDrainHandler(options: DrainHandlerOptions) {
  const { sluice, timeout, service = "sluice", idle, log: ownLog, ...settings } = options
  if (timeout !== undefined) assertTimeoutsFit(sluice.definitions?.values() ?? [], durationMs(timeout))
  const metrics = createMetrics(service)
  const drainLog = createDrainLog(service)
  const beginIdleMode = idle && createIdleMode(idle)

  return async (event: unknown, context: Context): Promise<DrainReport> => {
    const chain = chainOf(event, context)
    const log = ownLog ?? drainLog.of(context, chain)
    const measured = metrics.begin()
    const stop = stopOnSigterm()
    const invoke = (after?: DrainSummary) => tryToInvoke(nextInChain(chain, after), context, log)
    const invited: Promise<unknown>[] = []
    const wakeUps = beginIdleMode?.(context.invokedFunctionArn, log)
    let summary: DrainSummary | undefined
    try {
      summary = await drain(sluice, {
        linger: "200ms",
        ...settings,
        remainingMs: () => context.getRemainingTimeInMillis(),
        signal: stop.signal,
        label: `${context.awsRequestId} (hop ${chain.hop})`,
        invite: (drainers) => invited.push(...Array.from({ length: drainers }, () => invoke())),
        log,
        onSettled: measured.add,
        onBacklog: metrics.publishBacklog,
        ...(wakeUps && { setWakeUp: wakeUps.setWakeUp }),
      })
      const handsOver = shouldHandOver(summary, chain) && !stop.signal.aborted
      const handedOverTo = handsOver ? await invoke(summary) : undefined
      await Promise.all(invited)
      if (summary.dueWork && !handedOverTo) await wakeUps?.retrySoon()
      const report = {
        ...summary,
        chainId: chain.chainId,
        hop: chain.hop,
        invited: invited.length,
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
      measured.publish(summary)
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

/** Invokes this function once more. Throttled or unreachable, that is left to the schedule. */
async function tryToInvoke(next: Chain, context: Context, log: Logger): Promise<string | undefined> {
  try {
    return await invokeDrain(context.invokedFunctionArn, next)
  } catch (error) {
    log.warn("Could not invoke another drainer; the schedule will", describe(error))
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
  return { error: name ?? typeof error, reason: message ?? String(error), ...(code && { code }) }
}
