import { createSluice } from "@sluice/core"
import type pg from "pg"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { openSession, type Session } from "./session.ts"

// The arguments are arrays, for which Postgres plans each call anew unless it is told not to. That takes longer
// than settling a few jobs.

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })
const CALLS_BEFORE_A_KEPT_PLAN = 6

test.each<[outcome: string, details: object]>([
  ["succeeded", {}],
  ["succeeded with a result", { outcome: "succeeded", result: 1 }],
  ["discarded", { error_class: "Error", error_message: "broken" }],
  ["retried", { wait_ms: 60_000, error_class: "Error", error_message: "broken" }],
])("claims and settles of %s are planned once in a session", async (outcome, details) => {
  const session = await openSession(database)
  for (let call = 0; call < CALLS_BEFORE_A_KEPT_PLAN; call++) await claimAndSettle(session, outcome, details)

  const planned: string[] = []
  const client = session.connection as pg.Client
  client.on("notice", ({ message, where }) => {
    // not the call itself, nor functions in SQL, which Postgres before 18 plans at each call
    if (message === "PLANNER STATISTICS" && where && !where.startsWith("SQL function")) planned.push(where)
  })
  await session.connection.query("set client_min_messages = log")
  await session.connection.query("set log_planner_stats = on")
  await claimAndSettle(session, outcome, details)
  await session.end()
  expect(planned).toEqual([])
})

async function claimAndSettle(session: Session, outcome: string, details: object): Promise<void> {
  await sluice.enqueue("any", {})
  const jobs = await session.claim("any")
  await session.settle(...jobs.map(({ id, fence }) => ({ id, fence, outcome, ...details })))
}
