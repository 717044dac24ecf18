import type { Connection, Queryable } from "../database/connection.ts"
import { SluiceError } from "../errors.ts"

export interface LentConnection {
  readonly transaction: Queryable
  /** From now on every use throws, also of a method that was read before. */
  close(): void
}

/** Lends a connection to a job for the time of its transaction. */
export function lendConnection(connection: Connection): LentConnection {
  let isClosed = false
  const assertOpen = () => {
    if (!isClosed) return
    const message =
      "The transaction has ended because the job has: await every statement before perform returns"
    throw new SluiceError("transaction_over", message)
  }
  const transaction = new Proxy(connection, {
    get(target, key) {
      assertOpen()
      const value = Reflect.get(target, key, target)
      if (typeof value !== "function") return value
      return (...parameters: unknown[]) => {
        assertOpen()
        return value.apply(target, parameters)
      }
    },
    set(target, key, value) {
      assertOpen()
      return Reflect.set(target, key, value, target)
    },
  })
  return {
    transaction,
    close() {
      isClosed = true
    },
  }
}
