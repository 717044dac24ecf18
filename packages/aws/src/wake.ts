import type { Logger } from "@sluice/core"
import { invokeDrain } from "./invoke.ts"
import { jsonLog } from "./json-log.ts"

const WAKE_EVENT = { source: "sluice.wake" }

/** Whether an enqueue has invoked the drain function. */
export function isWake(event: unknown): boolean {
  return (event as Partial<typeof WAKE_EVENT> | null | undefined)?.source === WAKE_EVENT.source
}

/** Drain functions that serve some queues only: the queues by the function's name or ARN. */
export type PoolFunctions = Readonly<Record<string, readonly string[]>>

/**
 * For `createSluice({ wake })`: invokes the drain function, so that a job starts within milliseconds of its enqueue. When
 * Lambda throttles or can't be reached, it logs a warning and leaves the job to the schedule.
 *
 * @param functionName Name or ARN of the drain function. The caller needs `lambda:InvokeFunction` on it.
 * @param pools Invoked in its place for jobs of their queues.
 */
export function createWake(
  functionName: string | undefined,
  log: Logger = jsonLog,
  pools: PoolFunctions = {},
): (queues?: readonly string[]) => Promise<void> {
  const functionOf = (queue: string) =>
    Object.keys(pools).find((name) => pools[name]?.includes(queue)) ?? functionName

  return async (queues = []) => {
    const functions = queues.length === 0 ? [functionName] : queues.map(functionOf)
    await Promise.all([...new Set(functions)].map(tryToInvoke))
  }

  async function tryToInvoke(name: string | undefined): Promise<void> {
    try {
      if (!name) throw new Error("createWake was given no function name")
      await invokeDrain(name, WAKE_EVENT)
    } catch (error) {
      log.warn("Could not wake a drainer; the schedule will", { error: String(error) })
    }
  }
}
