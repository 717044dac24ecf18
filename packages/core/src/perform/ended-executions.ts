import type { Execution } from "../job/outcome.ts"

/** Executions that end one by one are collected for this long. */
const COLLECT_MS = 5

/** Executions that have ended, until the drain takes them to settle them. */
export interface EndedExecutions {
  add(execution: Execution): void
  count(): number
  take(): Execution[]
  /** Waits until `endWait` is called, but no longer than this. */
  wait(atMostMs: number): Promise<void>
  endWait(): void
  /** Ends the wait a few milliseconds later, so that what ends meanwhile is settled together. */
  endWaitSoon(): void
}

export function createEndedExecutions(): EndedExecutions {
  let ended: Execution[] = []
  let endWait = () => {}
  let collecting: NodeJS.Timeout | undefined

  return {
    add(execution) {
      ended.push(execution)
    },
    count: () => ended.length,
    take() {
      clearTimeout(collecting)
      collecting = undefined
      const taken = ended
      ended = []
      return taken
    },
    wait(atMostMs) {
      return new Promise((resolve) => {
        const timer = setTimeout(() => endWait(), Math.max(0, atMostMs))
        endWait = () => {
          clearTimeout(timer)
          endWait = () => {}
          resolve()
        }
      })
    },
    endWait: () => endWait(),
    endWaitSoon() {
      collecting ??= setTimeout(() => endWait(), COLLECT_MS)
    },
  }
}
