import { assertName } from "../checks/validate.ts"
import type { Queryable } from "../database/connection.ts"

/** Holds the queue's jobs back, a set at a time. Running jobs are not affected. */
export async function pauseQueue(database: Queryable, schema: string, name: string): Promise<void> {
  assertName(name, ["queue"])
  const statement = `select ${schema}.pause_queue($1, $2)::pg_catalog.text as after`
  for (let after = "0"; after !== null; ) {
    const { rows } = await database.query(statement, [name, after])
    after = rows[0].after
  }
}

/** Makes the queue's jobs ready again, a set at a time. */
export async function resumeQueue(database: Queryable, schema: string, name: string): Promise<void> {
  assertName(name, ["queue"])
  const statement = `select ${schema}.resume_queue($1, $2) as more`
  for (let isContinued = false, more = true; more; isContinued = true) {
    const { rows } = await database.query(statement, [name, isContinued])
    more = rows[0].more
  }
}
