import type { Deadline } from "./deadline.ts"
import type { Drainer } from "./drainer.ts"
import { Snooze } from "./errors.ts"
import type { Transactions } from "./transactions.ts"

// Connections are what a database has least of. Each drainer takes its share of those that the server grants, so that
// all of them together leave some for the API and the app. The SQL function connection_budget has the formula.

/** Longest wait for a place; then the job is put back, and no attempt is counted. */
const LONGEST_WAIT_MS = 1_000
const NO_PLACE_WAIT = "2s"

/** The same transactions, but no more of them at once than the drainer's share of the server's connections. */
export function withinBudget(
  transactions: Transactions,
  drainer: Pick<Drainer, "query" | "schema">,
  { maxDrainers, deadline }: { maxDrainers: number; deadline: Pick<Deadline, "untilStopMs"> },
): Transactions {
  const waiting = new Set<() => void>()
  let places: Promise<number> | undefined
  let taken = 0

  return {
    async run(signal, work) {
      places ??= readPlaces()
      const most = await places
      if (taken >= most) await nextPlace(signal)
      else taken++
      try {
        return await transactions.run(signal, work)
      } finally {
        leave()
      }
    },
    end: () => transactions.end(),
  }

  async function readPlaces(): Promise<number> {
    const statement = `select transactions from ${drainer.schema}.connection_budget($1)`
    const [budget] = await drainer.query(statement, [maxDrainers])
    return budget.transactions
  }

  /** A place goes from hand to hand while others wait for it. */
  function leave(): void {
    const [next] = waiting
    if (next) next()
    else taken--
  }

  /** Nothing was begun, so whatever ends the wait counts no attempt. At the drainer's deadline nobody waits any more. */
  async function nextPlace(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const giveUp = () => reject(new Snooze(NO_PLACE_WAIT, "All connections for transactions are taken"))
    const timer = setTimeout(giveUp, Math.min(LONGEST_WAIT_MS, deadline.untilStopMs()))
    signal.addEventListener("abort", giveUp)
    waiting.add(resolve)
    try {
      await promise
    } finally {
      clearTimeout(timer)
      signal.removeEventListener("abort", giveUp)
      waiting.delete(resolve)
    }
  }
}
