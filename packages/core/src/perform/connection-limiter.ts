import { NotNowError, orNotNow } from "../database/retry.ts"
import type { Drainer } from "../session/drainer.ts"
import type { Cutoff } from "./cancellation.ts"

// Connections are what a database has least of. Each drainer takes its share of those that the server grants, so that
// all of them together leave some for the API and the app. The SQL function connection_budget has the formula.

/** Share of an execution's time that may pass while all places are taken. Then the job is put back, uncharged. */
const LONGEST_WAIT = 0.1

/** For jobs that need a connection beside their drainer's session. */
export interface Places {
  /** Does what needs a connection once there is a place. Throws `NotNowError`, having begun nothing, when none gets free. */
  hold<Value>(execution: Execution, use: () => Promise<Value>): Promise<Value>
}

interface Execution {
  readonly cutoff: Cutoff
  readonly deadlineAtMs: number
}

export function createPlaces(drainer: Pick<Drainer, "query" | "schema">, maxDrainers: number): Places {
  const waiting = new Set<() => void>()
  let places: Promise<number> | undefined
  let taken = 0

  return {
    async hold(execution, use) {
      const most = await orNotNow(howMany())
      if (taken >= most) await nextPlace(execution)
      else taken++
      try {
        return await use()
      } finally {
        leave()
      }
    },
  }

  /** Read once. A failure isn't kept: the next job asks again. */
  function howMany(): Promise<number> {
    places ??= readPlaces().catch((error) => {
      places = undefined
      throw error
    })
    return places
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

  async function nextPlace({ cutoff: { signal }, deadlineAtMs }: Execution): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const giveUp = () => reject(new NotNowError("not_now", "All connections for transactions are taken"))
    const take = () => {
      waiting.delete(take)
      resolve()
    }
    const timer = setTimeout(giveUp, (deadlineAtMs - Date.now()) * LONGEST_WAIT)
    signal.addEventListener("abort", giveUp)
    waiting.add(take)
    try {
      await promise
    } finally {
      clearTimeout(timer)
      signal.removeEventListener("abort", giveUp)
      waiting.delete(take)
    }
  }
}
