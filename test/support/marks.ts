import type { TestDatabase } from "./database.ts"

/** The table in which jobs named `mark` leave a row each time they are performed. */
export async function createMarks(database: TestDatabase): Promise<void> {
  await database.pool.query(
    "create table marks (job_id bigint, attempt integer, pid integer, at timestamptz default clock_timestamp())",
  )
}

export async function countMarks(database: TestDatabase): Promise<number> {
  return (await database.rows("select count(*)::int from marks"))[0].count
}
