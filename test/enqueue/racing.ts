import pg from "pg"
import { expect } from "vitest"
import type { TestDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"

/** A transaction on a connection of its own, which `finish` ends. */
export async function begin(database: TestDatabase): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query("begin")
  return client
}

export async function finish(ending: "commit" | "rollback", client: pg.Client): Promise<void> {
  await client.query(ending)
  await client.end()
}

/** Returns once so many sessions wait for a lock. */
export async function untilLocked(database: TestDatabase, sessions: number): Promise<void> {
  await eventually(async () => {
    const waiting = await database.rows(
      "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    )
    expect(waiting).toHaveLength(sessions)
  })
}

export async function jobsNamed(database: TestDatabase, name: string): Promise<number> {
  return (await database.rows("select count(*)::int from sluice.jobs where name = $1", [name]))[0].count
}
