import { assertName } from "../checks/validate.ts"
import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"

/** Holds the queue's jobs back, a set at a time. Running jobs are not affected. */
export async function pauseQueue(database: Queryable, schema: string, name: string): Promise<void> {
  assertName(name, ["queue"])
  for (let after = "0"; after !== null; ) {
    const { text, values } = protocolCall(schema, "pause_queue", { p_queue: name, p_after: after })
    const { rows } = await database.query(`select ${text}::pg_catalog.text as after`, values)
    after = rows[0].after
  }
}

/** Makes the queue's jobs ready again, a set at a time. */
export async function resumeQueue(database: Queryable, schema: string, name: string): Promise<void> {
  assertName(name, ["queue"])
  for (let isContinued = false, more = true; more; isContinued = true) {
    const { text, values } = protocolCall(schema, "resume_queue", {
      p_queue: name,
      p_is_continued: isContinued,
    })
    const { rows } = await database.query(`select ${text} as more`, values)
    more = rows[0].more
  }
}
