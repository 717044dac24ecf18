import type { PoolArgs, SluiceArgs } from "./args.ts"
import { type FunctionSettings, settingsOf } from "./functions.ts"
import { physicalName } from "./names.ts"

/** A drain function of the deployment: the default one, or that of a pool. */
export interface DrainFunction {
  /** The key of its pool; undefined for the default one. */
  readonly pool?: string
  /** What the names of its resources end in: nothing, or the pool's name. */
  readonly suffix: string
  readonly physicalName: string
  readonly settings: FunctionSettings
  readonly limits: Pick<PoolArgs, "concurrency" | "linger" | "maxDrainers">
  /** Which queues it serves, and which functions to wake for the others. */
  readonly environment: Readonly<Record<string, string>>
}

/** The default drain function, which serves all queues that no pool does, and those of the pools. */
export function drainFunctionsOf(
  name: string,
  args: SluiceArgs,
): readonly [DrainFunction, ...DrainFunction[]] {
  const pools = Object.entries(args.pools ?? {})
  const wake = pools.length > 0 ? wakeEnvironment(name, args) : {}
  const pooled = pools.flatMap(([, { queues }]) => queues)
  const all: DrainFunction = {
    suffix: "",
    physicalName: physicalName(`${name}Drain`),
    settings: settingsOf(args.drain),
    limits: args,
    environment: { ...wake, ...(pooled.length > 0 && { SLUICE_EXCEPT_QUEUES: pooled.join(",") }) },
  }
  return [all, ...pools.map(([key, pool]) => drainFunctionOf(name, args, key, pool, wake))]
}

function drainFunctionOf(
  name: string,
  args: SluiceArgs,
  key: string,
  pool: PoolArgs,
  wake: Record<string, string>,
): DrainFunction {
  const { drain = args.drain, memory, timeout, queues, concurrency = args.concurrency } = pool
  const { linger = args.linger, maxDrainers } = pool
  return {
    pool: key,
    suffix: suffixOf(key),
    physicalName: physicalName(`${name}Drain${suffixOf(key)}`),
    settings: { ...settingsOf(drain), ...(memory && { memory }), ...(timeout && { timeout }) },
    limits: { concurrency, linger, maxDrainers } as DrainFunction["limits"],
    environment: { ...wake, SLUICE_QUEUES: queues.join(",") },
  }
}

/** What a function that enqueues needs to wake the drain function that serves a job's queue. */
export function wakeEnvironment(name: string, { pools = {} }: SluiceArgs): Record<string, string> {
  const queuesByFunction = Object.entries(pools).map(([key, { queues }]) => [
    physicalName(`${name}Drain${suffixOf(key)}`),
    queues,
  ])
  return {
    SLUICE_DRAIN_FUNCTION: physicalName(`${name}Drain`),
    ...(queuesByFunction.length > 0 && {
      SLUICE_POOLS: JSON.stringify(Object.fromEntries(queuesByFunction)),
    }),
  }
}

function suffixOf(key: string): string {
  return key.charAt(0).toUpperCase() + key.slice(1)
}
