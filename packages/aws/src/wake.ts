import type { Logger } from "@sluice/core"
import { invokeDrain } from "./invoke.ts"
import { jsonLog } from "./log.ts"

const WAKE_EVENT = { source: "sluice.wake" }

/** Whether an enqueue has invoked the drain function. */
export function isWake(event: unknown): boolean {
  return (event as Partial<typeof WAKE_EVENT> | null | undefined)?.source === WAKE_EVENT.source
}

/**
 * For `createSluice({ wake })`: invokes the drain function, so that a job starts within milliseconds of its enqueue. When
 * Lambda throttles or can't be reached, it logs a warning and leaves the job to the schedule.
 *
 * @param functionName Name or ARN of the drain function. The caller needs `lambda:InvokeFunction` on it.
 */
export function createWake(functionName: string | undefined, log: Logger = jsonLog): () => Promise<void> {
  return async () => {
    try {
      if (!functionName) throw new Error("createWake was given no function name")
      await invokeDrain(functionName, WAKE_EVENT)
    } catch (error) {
      log.warn("Could not wake a drainer; the schedule will", { error: String(error) })
    }
  }
}
