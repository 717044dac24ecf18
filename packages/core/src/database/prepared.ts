import { randomUUID } from "node:crypto"
import { isStatementUnknown } from "./sqlstate.ts"

/** Sends a statement; with a name, the driver prepares it under this name when it first sends it. */
export type Send<Answer> = (text: string, values: unknown[], name?: string) => Promise<Answer>

/**
 * Sends the statements of one connection so that the server parses each of them once. Not through a transaction pooler, whose
 * backends would keep them for others.
 *
 * A statement was not executed if the backend doesn't know its name: it is another one, or somebody has reset it. Then it is sent
 * whole, as all that follow.
 */
export function preparing<Answer>(send: Send<Answer>): (text: string, values: unknown[]) => Promise<Answer> {
  const nameOf = createStatementNames()
  let canPrepare = true
  return async (text, values) => {
    if (!canPrepare) return send(text, values)
    try {
      return await send(text, values, nameOf(text))
    } catch (error) {
      if (!isStatementUnknown(error)) throw error
      canPrepare = false
      return send(text, values)
    }
  }
}

/** Names of a connection's statements, which no earlier client of a session pooler's backend can have used. */
function createStatementNames(): (text: string) => string {
  const connection = randomUUID()
  const names = new Map<string, string>()
  return (text) => {
    const name = names.get(text) ?? `${connection}-${names.size}`
    names.set(text, name)
    return name
  }
}
