import { createSluice, type Duration } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })

test("a job without a time is ready at once", async () => {
  expect(await sluice.enqueue("now", {})).toMatchObject({ state: "ready" })
})

test.each([
  [90, 90],
  [0.25, 0.25],
  ["500ms", 0.5],
  ["30s", 30],
  ["5m", 300],
  ["1h30m", 5_400],
  ["1.5h", 5_400],
  ["2d", 172_800],
] as [Duration, number][])(
  "a delay of %j makes a job due %d seconds after it is stored",
  async (delay, seconds) => {
    const { id, state } = await sluice.enqueue("delayed", {}, { delay })
    expect(state).toBe("scheduled")
    expect(
      await database.rows(
        "select state, extract(epoch from run_at - enqueued_at)::float8 as seconds from sluice.jobs where id = $1",
        [id],
      ),
    ).toEqual([{ state: "scheduled", seconds }])
  },
)

test.each([
  ["as a Date", new Date("2100-01-02T03:04:05.678Z"), "2100-01-02T03:04:05.678Z"],
  ["2100-01-02T03:04:05.678Z", "2100-01-02T03:04:05.678Z", "2100-01-02T03:04:05.678Z"],
  ["2100-01-02T03:04+02:00", "2100-01-02T03:04+02:00", "2100-01-02T01:04:00.000Z"],
  ["2100-01-02T03:04:05-0330", "2100-01-02T03:04:05-0330", "2100-01-02T06:34:05.000Z"],
])("runAt %s is stored as the instant that it means", async (_given, runAt, instant) => {
  const { id, state } = await sluice.enqueue("at", {}, { runAt })
  expect(state).toBe("scheduled")
  expect((await sluice.getJob(id))?.runAt.toISOString()).toBe(instant)
})

test("a runAt in the past and a delay of nothing make a job ready", async () => {
  expect(await sluice.enqueue("past", {}, { runAt: "2001-01-01T00:00:00Z" })).toMatchObject({
    state: "ready",
  })
  expect(await sluice.enqueue("past", {}, { delay: 0 })).toMatchObject({ state: "ready" })
})
