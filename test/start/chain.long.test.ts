import { setTimeout as wait } from "node:timers/promises"
import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { startSluice } from "../support/start.ts"

test("a backlog longer than one invocation is drained by a chain of them, which ends when the queue is empty", {
  timeout: 120_000,
}, async () => {
  const database = await createDatabase()
  // 1,000 of 100 ms, 5 at once, are 20 seconds
  await createSluice({ database: database.pool }).enqueueMany(
    Array.from({ length: 1_000 }, () => ({ name: "sleep", payload: { ms: 100 } })),
  )
  const sluice = await startSluice({
    DATABASE_URL: database.url,
    SLUICE_LOG: "json",
    SLUICE_SCHEDULE: "rate(1 hour)", // one tick, at the start
    SLUICE_DRAIN_TIMEOUT: "10 seconds", // a second of it is kept for handing over, which takes that on a busy machine
    SLUICE_CONCURRENCY: "5",
    SLUICE_MAX_DRAINERS: "1", // else it calls for help, and is done within one invocation each
  })
  await eventually(
    async () => expect(await database.rows("select from sluice.jobs limit 1")).toEqual([]),
    100_000,
  )
  await eventually(() => expect(sluice.drainsUnderWay()).toEqual([]))

  const reports = drained(sluice.lines)
  expect(reports.length, "invocations").toBeGreaterThanOrEqual(3)
  expect(reports.map(({ hop }) => hop)).toEqual(reports.map((_, place) => place))
  expect(new Set(reports.map(({ chainId }) => chainId)).size, "chains").toBe(1)
  expect(reports.at(-1)).toMatchObject({ dueWork: false })
  expect(reports.at(-1)).not.toHaveProperty("handedOverTo")
  expect(await database.rows("select count(*)::int, max(attempts) as attempts from sluice.finished")).toEqual(
    [{ count: 1_000, attempts: 1 }],
  )

  await wait(1_000)
  expect(drained(sluice.lines), "invocations of an empty queue").toHaveLength(reports.length)
})

function drained(lines: readonly string[]): Record<string, unknown>[] {
  return lines
    .filter((line) => line.startsWith("[drain] {"))
    .map((line) => JSON.parse(line.slice("[drain] ".length)))
    .filter(({ message }) => message === "Drained")
}
