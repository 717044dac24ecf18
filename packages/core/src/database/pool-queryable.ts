import { setTimeout as wait } from "node:timers/promises"
import { withinMs } from "../checks/in-time.ts"
import { DatabaseUnavailableError } from "../errors.ts"
import { assertConnected } from "./assert-connection.ts"
import type { Queryable } from "./connection.ts"
import { isConnectionLost, isTemporary, isTransient } from "./sqlstate.ts"
import { whyUnavailable } from "./translate-error.ts"

/**
 * With a pause before each but the second, at random and up to twice as long each time, which comes to a quarter of a second. Under
 * REPEATABLE READ, what many drainers change all the time is changed again during most tries.
 */
const MAX_TRIES = 10

/**
 * Wraps the app's pool. A statement that was rolled back in favor of another transaction is sent again. One without a
 * response after `answerWithinMs` rejects, because an unresponsive network doesn't report an error.
 */
export function poolQueryable(database: Queryable, answerWithinMs: number): Required<Queryable> {
  return {
    query: (text, values) => untilDone(() => database.query(text, values)),
    queryPrepared: (text, values) => untilDone(() => queryOften(database, text, values)),
  }

  async function untilDone<Answer>(send: () => Promise<Answer>): Promise<Answer> {
    assertConnected(database, "createSluice.database")
    const late = () => noAnswerError(answerWithinMs)
    const giveUpAtMs = performance.now() + answerWithinMs
    for (let tried = 1; ; tried++) {
      try {
        return await withinMs(send(), giveUpAtMs - performance.now(), late)
      } catch (error) {
        if (isTransient(error) && tried < MAX_TRIES) {
          if (tried > 1) await wait(Math.random() * 2 ** (tried - 1))
          continue
        }
        throw isTemporary(error) && !isConnectionLost(error)
          ? unavailableError((error as Error).message, error)
          : error
      }
    }
  }
}

/** Runs a statement that is sent often, prepared where the database can do that. */
export function queryOften(
  database: Queryable,
  text: string,
  values: unknown[],
): ReturnType<Queryable["query"]> {
  return database.queryPrepared ? database.queryPrepared(text, values) : database.query(text, values)
}

function noAnswerError(answerWithinMs: number): DatabaseUnavailableError {
  return unavailableError(
    `no answer within ${answerWithinMs} ms; the statement may or may not have been carried out`,
  )
}

function unavailableError(why: string, cause?: unknown): DatabaseUnavailableError {
  return new DatabaseUnavailableError(
    "database_unavailable",
    `${whyUnavailable(cause) ?? "The database is unavailable"}: ${why}`,
    {
      cause,
    },
  )
}

/**
 * Reads the rows of a query as JSON, so that the app's type parsers don't matter: timestamps are ISO 8601 strings, 64-bit
 * integers are numbers.
 */
// biome-ignore lint/suspicious/noExplicitAny: rows are typed where a statement is written
export async function jsonRows(database: Queryable, text: string, values?: unknown[]): Promise<any[]> {
  const { rows } = await database.query(
    `select coalesce(pg_catalog.json_agg(result), '[]')::pg_catalog.text as rows from (${text}) result`,
    values,
  )
  return JSON.parse(rows[0].rows)
}
