import type { Connection } from "@sluice/core"
import type { TestDatabase } from "../support/database.ts"

export interface TracedEvent {
  readonly what: "claim" | "settle"
  readonly when: "sent" | "answered"
  /** 1 for the first claim, and for the first settle. */
  readonly number: number
  /** The statement's parameters. */
  readonly values: readonly unknown[]
}

/** The connection of a drain that tells of its claims and settles. An answer isn't passed on before the listener is done. */
export function traced(database: TestDatabase, listen: (event: TracedEvent) => void | Promise<void>) {
  const counts = { claim: 0, settle: 0 }
  return async (options?: { readonly pipeline?: boolean }): Promise<Connection> => {
    const connection = await database.connect(options)
    const query = connection.query.bind(connection) as (...parameters: unknown[]) => Promise<unknown>
    const tracedQuery = async (statement: string | { text: string }, values: unknown[] = []) => {
      const what = kindOf(typeof statement === "string" ? statement : statement.text)
      if (!what) return query(statement, values)
      const number = ++counts[what]
      void listen({ what, when: "sent", number, values })
      const answer = await query(statement, values)
      await listen({ what, when: "answered", number, values })
      return answer
    }
    return Object.assign(connection, { query: tracedQuery }) as Connection
  }
}

function kindOf(text: string): TracedEvent["what"] | undefined {
  if (text.includes(".claim(")) return "claim"
  if (/\.settle(_\w+)?\(/.test(text)) return "settle"
  return undefined
}
