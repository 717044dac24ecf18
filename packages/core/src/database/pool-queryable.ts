import { DatabaseUnavailableError } from "../errors.ts"
import type { Queryable } from "./connection.ts"
import { isConnectionLost, isTemporary, isTransient } from "./sqlstate.ts"

const MOST_TRIES = 4

/**
 * The app's pool as the engine asks it: each statement by itself, so that one that was rolled back for the sake of
 * another is sent again; and none is waited for longer than `withinMs`, because a network that has gone deaf says nothing.
 */
export function poolQueryable(database: Queryable, withinMs: number): Queryable {
  return {
    async query(text, values) {
      const giveUpAtMs = performance.now() + withinMs
      for (let tried = 1; ; tried++) {
        try {
          return await inTime(database.query(text, values), giveUpAtMs - performance.now(), withinMs)
        } catch (error) {
          if (isTransient(error) && tried < MOST_TRIES) continue
          throw isTemporary(error) && !isConnectionLost(error)
            ? unavailable((error as Error).message, error)
            : error
        }
      }
    },
  }
}

async function inTime<Value>(work: Promise<Value>, leftMs: number, withinMs: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const giveUp = () =>
      reject(
        unavailable(`no answer within ${withinMs} ms; whether the statement was carried out is not known`),
      )
    // a timer that is late itself gives way to an answer that has come meanwhile
    timer = setTimeout(() => setImmediate(giveUp), Math.max(0, leftMs))
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

function unavailable(why: string, cause?: unknown): DatabaseUnavailableError {
  return new DatabaseUnavailableError("database_unavailable", `The database can't answer now: ${why}`, {
    cause,
  })
}

/**
 * The rows of a query as JSON tells them, whatever the app has told its driver about types: timestamps are text in
 * ISO 8601, 64-bit integers are numbers.
 */
// biome-ignore lint/suspicious/noExplicitAny: rows are typed where a statement is written
export async function jsonRows(database: Queryable, text: string, values?: unknown[]): Promise<any[]> {
  const { rows } = await database.query(
    `select coalesce(pg_catalog.json_agg(told), '[]')::pg_catalog.text as told from (${text}) told`,
    values,
  )
  return JSON.parse(rows[0].told)
}
