import { protocolCall } from "../database/protocol-call.ts"
import { NotNowError, temporaryToNotNow } from "../database/retry.ts"
import type { Drainer } from "../session/drainer.ts"
import type { Cancellation } from "./cancellation.ts"

// Connections are what a database has least of. Each drainer takes its share of those that the server grants, so that
// all of them together leave some for the API and the app. The SQL function connection_budget has the formula.

/** Share of an execution's time that may pass while all places are taken. Then the job is put back, uncharged. */
const LONGEST_WAIT = 0.1

/** For jobs that need a connection beside their drainer's session. */
export interface ConnectionLimiter {
  /** Does what needs a connection once there is a place. Throws `NotNowError`, having begun nothing, when none gets free. */
  withConnection<Value>(execution: Execution, use: () => Promise<Value>): Promise<Value>
}

interface Execution {
  readonly cancellation: Cancellation
  readonly deadlineAtMs: number
}

export function createConnectionLimiter(
  drainer: Pick<Drainer, "query" | "schema">,
  maxDrainers: number,
): ConnectionLimiter {
  const waiting = new Set<() => void>()
  let places: Promise<number> | undefined
  let taken = 0

  return {
    async withConnection(execution, use) {
      const most = await temporaryToNotNow(howMany())
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
    const { text, values } = protocolCall(drainer.schema, "connection_budget", {
      p_max_drainers: maxDrainers,
    })
    const [budget] = await drainer.query(`select transactions from ${text}`, values)
    return budget.transactions
  }

  /** A place goes from hand to hand while others wait for it. */
  function leave(): void {
    const [next] = waiting
    if (next) next()
    else taken--
  }

  async function nextPlace({ cancellation: { signal }, deadlineAtMs }: Execution): Promise<void> {
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
