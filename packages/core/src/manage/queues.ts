import { assertName } from "../checks/validate.ts"
import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"

/** Pauses the queue and holds its waiting jobs, one set of jobs per statement. Running jobs are not affected. */
export async function pauseQueue(database: Queryable, schema: string, name: string): Promise<void> {
  assertName(name, ["queue"])
  for (let after = "0"; after !== null; ) {
    const { text, values } = protocolCall(schema, "pause_queue", { p_queue: name, p_after: after })
    const { rows } = await database.query(`select ${text}::pg_catalog.text as after`, values)
    after = rows[0].after
  }
}

/** Resumes the queue and makes its jobs ready again, one set of jobs per statement. */
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
