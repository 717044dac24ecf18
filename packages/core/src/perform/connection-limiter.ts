import { withResolvers } from "../checks/with-resolvers.ts"
import { protocolCall } from "../database/protocol-call.ts"
import type { Drainer } from "../session/drainer.ts"
import type { Cancellation } from "./cancellation.ts"
import { NotNowError, temporaryToNotNow } from "./not-now.ts"

// Connections are a database's scarcest resource. Each drainer takes its share of those that the server allows, so that
// all drainers together leave some to the API and the app. The SQL function connection_budget has the formula.

/** Share of an execution's time that it may wait for a connection. Then the job is put back and no attempt is charged. */
const MAX_WAIT_SHARE = 0.1

/** Limits the connections that jobs use beside their drainer's session. */
export interface ConnectionLimiter {
  /** Calls `use` once a connection may be opened. Throws `NotNowError` without calling it when none becomes free. */
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
  let limit: Promise<number> | undefined
  let inUse = 0

  return {
    async withConnection(execution, use) {
      const maxInUse = await temporaryToNotNow(readLimitOnce())
      if (inUse >= maxInUse) await waitForConnection(waiting, execution)
      else inUse++
      try {
        return await use()
      } finally {
        release()
      }
    },
  }

  /** A failure isn't remembered: the next job reads again. */
  function readLimitOnce(): Promise<number> {
    limit ??= readLimit(drainer, maxDrainers).catch((error) => {
      limit = undefined
      throw error
    })
    return limit
  }

  /** As long as others wait, a connection is handed on to the first of them. */
  function release(): void {
    const [next] = waiting
    if (next) next()
    else inUse--
  }
}

async function readLimit(
  { schema, query }: Pick<Drainer, "query" | "schema">,
  maxDrainers: number,
): Promise<number> {
  const { text, values } = protocolCall(schema, "connection_budget", { p_max_drainers: maxDrainers })
  const [budget] = await query(`select transactions from ${text}`, values)
  return budget.transactions
}

async function waitForConnection(
  waiting: Set<() => void>,
  { cancellation: { signal }, deadlineAtMs }: Execution,
): Promise<void> {
  const { promise, resolve, reject } = withResolvers<void>()
  const giveUp = () => reject(new NotNowError("not_now", "All connections for transactional jobs are in use"))
  const proceed = () => {
    waiting.delete(proceed)
    resolve()
  }
  const timer = setTimeout(giveUp, (deadlineAtMs - Date.now()) * MAX_WAIT_SHARE)
  signal.addEventListener("abort", giveUp)
  waiting.add(proceed)
  try {
    await promise
  } finally {
    clearTimeout(timer)
    signal.removeEventListener("abort", giveUp)
    waiting.delete(proceed)
  }
}
