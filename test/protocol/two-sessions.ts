import { onTestFinished } from "vitest"
import { openSession, type Session } from "../settle/session.ts"
import type { TestDatabase } from "../support/database.ts"

/** Two drainers' sessions for one test. At its end they are closed, and the tables that they wrote to are empty. */
export async function openTwoSessions(database: TestDatabase): Promise<{ first: Session; second: Session }> {
  const first = await openSession(database)
  const second = await openSession(database)
  onTestFinished(async () => {
    await Promise.all([first.end(), second.end()])
    await database.pool.query(
      "delete from sluice.jobs; delete from sluice.permits; delete from sluice.claims; delete from sluice.drainers",
    )
  })
  return { first, second }
}
