import { setTimeout as wait } from "node:timers/promises"
import {
  assertTimeoutsFit,
  type Connect,
  type DrainSummary,
  type Duration,
  drain,
  durationMs,
  type Invocation,
  type Logger,
  mayPerform,
  type PoolOptions,
  type Sluice,
  SluiceError,
} from "@sluice/core"
import { assertFunction, assertKnownKeys, assertSluice } from "@sluice/core/checks"
import type { Context } from "aws-lambda"
import { assertComponentSchema, drainEnvironment, region, withDefaults } from "../environment.ts"
import { invokeDrain } from "../invoke.ts"
import { createDrainLog } from "../log.ts"
import { isWake } from "../wake.ts"
import { type Chain, chainOf, nextInChain, shouldHandOver } from "./chain.ts"
import { createIdleMode, type IdleOptions } from "./idle.ts"
import { createMetrics } from "./metrics.ts"

const LONGEST_IDLE_MS = 10_000
const KEPT_TO_END_MS = 1_000

/** Where the component of `@sluice/aws/sst` sets a variable, its value is the option's default. */
export interface DrainHandlerOptions extends PoolOptions {
  /** Created with `...fromEnvironment()`, so that it uses the component's schema. */
  readonly sluice: Sluice
  /** See `createConnect`. */
  readonly connect: Connect
  /** Only jobs of these queues. Default `SLUICE_QUEUES`, else those of all. */
  readonly queues?: readonly string[]
  /** Jobs of all queues but these. Default `SLUICE_EXCEPT_QUEUES`. */
  readonly except?: readonly string[]
  /** Jobs performed at the same time in one invocation. Default `SLUICE_CONCURRENCY`, else 20. */
  readonly concurrency?: number
  /** Drainers at work at the same time, over all invocations; each pool is counted separately. Default `SLUICE_MAX_DRAINERS`, else 10. */
  readonly maxDrainers?: number
  /**
   * Idle mode: the function is invoked when the next job is due, and not in between. See docs/connections.md. Default
   * `SLUICE_IDLE_SCHEDULE` and `SLUICE_IDLE_ROLE`, else off.
   */
  readonly idle?: IdleOptions | undefined
  /**
   * In idle mode, called by the last drainer at work when it has left nothing due: for what should be done before the database sleeps,
   * such as `takeSnapshot`. It may take ten seconds. What it throws is logged, and changes nothing else.
   */
  readonly onIdle?: (() => Promise<void>) | undefined
  /**
   * How long an invocation waits for more work after its last job, or after an enqueue has woken it. Others end at once if
   * nothing is due. Default `SLUICE_LINGER`, else `"200ms"`, so that consecutive jobs meet a drainer that is awake. With a
   * longer time more jobs start within milliseconds, and Lambda bills it.
   */
  readonly linger?: Duration
  /** See `drain`. Default `"1m"`. */
  readonly sessionTimeout?: Duration
  /**
   * The function's timeout as deployed. With it, a definition whose own timeout can never fit is refused here. Default
   * `SLUICE_DRAIN_TIMEOUT`, else nothing is refused.
   */
  readonly timeout?: Duration
  /**
   * The name of this deployment in logs and metrics, as their dimension `service`. Default `POWERTOOLS_SERVICE_NAME`, else
   * `"sluice"`.
   */
  readonly service?: string
  /**
   * The version of the app, such as a commit, by which `listDeployments` tells when it changed. Default `SLUICE_VERSION`, else the hash
   * of the function's code.
   */
  readonly version?: string
  /** Default: Powertools' Logger, with request id, chain id and hop on every line. */
  readonly log?: Logger
}

const OPTION_KEYS = Object.keys({
  sluice: true,
  connect: true,
  queues: true,
  except: true,
  names: true,
  concurrency: true,
  maxDrainers: true,
  idle: true,
  onIdle: true,
  linger: true,
  sessionTimeout: true,
  timeout: true,
  service: true,
  version: true,
  log: true,
} satisfies Record<keyof DrainHandlerOptions, true>)

export interface DrainReport extends DrainSummary, Omit<Chain, "source" | "fruitless"> {
  /** Further drainers that this one invoked, because the backlog was deep or old. */
  readonly scaledOut: number
  /** Request id of the next invocation in the chain, if one was invoked. */
  readonly handedOverTo?: string
}

/**
 * The drain function: performs due jobs until none is left or the invocation's time is up, and invokes itself while
 * work remains. It accepts any event: the schedule's, a hand-over's, or a manual invocation's.
 *
 * @throws InvalidInputError `invalid_setting` or `invalid_duration` for a variable of the component with a bad value, or a
 *   Sluice that uses another schema than the component; `timeout_never_fits`
 */
export function createDrainHandler(options: DrainHandlerOptions) {
  assertKnownKeys(options, OPTION_KEYS, ["createDrainHandler"])
  assertSluice(options.sluice, ["createDrainHandler", "sluice"])
  assertFunction(options.connect, ["createDrainHandler", "connect"], "a function such as createConnect(url)")
  const settings = withDefaults(options, environmentFor(options))
  const {
    sluice,
    timeout,
    service = "sluice",
    idle,
    onIdle,
    log: ownLog,
    version,
    ...drainOptions
  } = settings
  assertComponentSchema(sluice)
  const performed = [...(sluice.definitions?.values() ?? [])].filter((definition) =>
    mayPerform(settings, definition, sluice.defaults),
  )
  if (timeout !== undefined) assertTimeoutsFit(performed, durationMs(timeout))
  const metrics = createMetrics(service)
  const drainLog = createDrainLog(service)
  const createWakeUps = idle && createIdleMode(idle)

  return async (event: unknown, context: Context): Promise<DrainReport> => {
    const chain = chainOf(event, context)
    const log = ownLog ?? drainLog.of(context, chain)
    const successors = createSuccessors(chain, context, log)
    const wakeUps = createWakeUps?.(context.invokedFunctionArn, log)
    const counts = metrics.begin()
    const stop = stopOnSigterm()
    let summary: DrainSummary | undefined
    try {
      summary = await drain(sluice, {
        linger: "200ms",
        ...drainOptions,
        lingerOnlyAfterWork: !isWake(event),
        remainingMs: () => context.getRemainingTimeInMillis(),
        signal: stop.signal,
        label: `${context.awsRequestId} (hop ${chain.hop})`,
        invocation: invocationOf(context, version),
        scaleOut: successors.scaleOut,
        log,
        onSettled: counts.add,
        onBacklog: metrics.publishBacklog,
        ...(wakeUps && { setWakeUp: wakeUps.setWakeUp }),
      })
      const handedOverTo = stop.signal.aborted ? undefined : await successors.handOver(summary)
      const scaledOut = await successors.countScaledOut()
      if (summary.dueWork && !handedOverTo) await wakeUps?.retrySoon()
      const report = toReport(summary, chain, scaledOut, handedOverTo)
      log.info("Drained", { ...report })
      if (summary.stuck > 0) endProcess()
      if (wakeUps?.isLast()) await beforeSleep(onIdle, context, log)
      return report
    } catch (error) {
      // No hand-over, because the same error would follow at once. The schedule invokes the function again.
      log.error("The drain failed", { ...errorDetails(error), chainId: chain.chainId, hop: chain.hop })
      await wakeUps?.retrySoon()
      if (error instanceof SluiceError && error.stuck) endProcess()
      throw error
    } finally {
      await wakeUps?.fallback
      stop.forget()
      counts.publish(summary)
    }
  }
}

/** In a frozen process nothing would end it, so it isn't waited for until the invocation is out of time. */
async function beforeSleep(onIdle: DrainHandlerOptions["onIdle"], context: Context, log: Logger) {
  const withinMs = Math.min(LONGEST_IDLE_MS, context.getRemainingTimeInMillis() - KEPT_TO_END_MS)
  if (!onIdle || withinMs <= 0) return
  const tooLong = new AbortController()
  const limit = wait(withinMs, undefined, { signal: tooLong.signal }).then(() => {
    throw new Error(`onIdle took longer than ${withinMs} ms`)
  })
  try {
    await Promise.race([onIdle(), limit])
  } catch (error) {
    log.warn("What is done before the database sleeps has failed", errorDetails(error))
  } finally {
    tooLong.abort()
    limit.catch(() => {})
  }
}

/** Of queues, the options and the environment can't each say a part. */
function environmentFor({ queues, except }: PoolOptions) {
  const environment = drainEnvironment()
  return queues || except ? { ...environment, queues, except } : environment
}

/** What Lambda tells of an invocation, for those who look for its logs, or for what its jobs cost. */
function invocationOf(context: Context, version: string | undefined): Invocation {
  const { awsRequestId: requestId, functionName, logGroupName: logGroup, logStreamName: logStream } = context
  const memoryMb = Number(context.memoryLimitInMB)
  const told = {
    requestId,
    functionName,
    region: region(),
    logGroup,
    logStream,
    version,
    ...(memoryMb > 0 && { memoryMb }),
  }
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value)) as Invocation
}

/** The further invocations of this function that one invocation asks for: beside it, and after it. */
function createSuccessors(chain: Chain, context: Context, log: Logger) {
  const beside: Promise<unknown>[] = []
  return {
    scaleOut(drainers: number): void {
      const next = nextInChain(chain)
      for (let count = 0; count < drainers; count++) beside.push(tryToInvoke(next, context, log))
    },
    async countScaledOut(): Promise<number> {
      await Promise.all(beside)
      return beside.length
    },
    /** Returns the request id of the next invocation, if there is one. */
    async handOver(summary: DrainSummary): Promise<string | undefined> {
      if (!shouldHandOver(summary, chain)) return undefined
      return tryToInvoke(nextInChain(chain, summary), context, log)
    },
  }
}

function toReport(
  summary: DrainSummary,
  { chainId, hop }: Chain,
  scaledOut: number,
  handedOverTo: string | undefined,
): DrainReport {
  return { ...summary, chainId, hop, scaledOut, ...(handedOverTo && { handedOverTo }) }
}

/** Lambda sends SIGTERM before it ends an environment with a registered extension; the local host always does. */
function stopOnSigterm() {
  const controller = new AbortController()
  const stop = () => controller.abort()
  process.once("SIGTERM", stop)
  return { signal: controller.signal, forget: () => process.off("SIGTERM", stop) }
}

/** Invokes this function once more. When Lambda throttles or can't be reached, that is left to the schedule. */
async function tryToInvoke(next: Chain, context: Context, log: Logger): Promise<string | undefined> {
  try {
    return await invokeDrain(context.invokedFunctionArn, next)
  } catch (error) {
    log.warn("Could not invoke another drainer; the schedule will", errorDetails(error))
    return undefined
  }
}

/**
 * For when code that ignored its abort signal is still running. Returning would freeze it and thaw it in the middle of
 * another invocation, when its job may belong to another drainer. Lambda replaces the process.
 */
function endProcess(): never {
  process.exit(1)
}

function errorDetails(error: unknown) {
  const { name, message, code } = error as Partial<NodeJS.ErrnoException>
  return { error: name ?? typeof error, reason: message ?? String(error), ...(code && { code }) }
}
