import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { startSluice } from "../support/start.ts"

test("without the schedule, a burst of 1,000 enqueues is drained, by a handful of invocations", async () => {
  const database = await createDatabase()
  const sluice = await startSluice({
    DATABASE_URL: database.url,
    SLUICE_LOG: "json",
    SLUICE_SCHEDULE: "rate(1 hour)",
  })
  await eventually(() => expect(sluice.drainsUnderWay()).toEqual([]))
  const before = drains(sluice.lines)

  for (let sent = 0; sent < 1_000; sent += 10) {
    await Promise.all(
      Array.from({ length: 10 }, async () =>
        expect((await sluice.post("/v1/jobs", { name: "noop" })).status).toBe(201),
      ),
    )
  }
  await eventually(async () => expect(await database.rows("select from sluice.jobs limit 1")).toEqual([]))

  expect(await database.rows("select count(*)::int from sluice.finished")).toEqual([{ count: 1_000 }])
  const invocations = drains(sluice.lines) - before
  expect(invocations).toBeGreaterThanOrEqual(1)
  expect(invocations, "invocations of the drain function").toBeLessThanOrEqual(10)
})

function drains(lines: readonly string[]): number {
  return lines.filter((line) => line.startsWith("START drain ")).length
}
