import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { deployIdle } from "./deployment.ts"

test("a delayed job starts within a second of its time, with no invocation before it, and none is planned after it", {
  retry: 2, // on a busy machine
}, async () => {
  const database = await createDatabase()
  const deployment = await deployIdle(database)
  const runAt = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 3_000)
  const { id } = await createSluice({ database: database.pool }).enqueue("noop", {}, { runAt })

  await deployment.host.invoke("drain", "{}") // as the enqueue does
  expect(await deployment.wakeUp()).toMatchObject({
    State: "ENABLED",
    ScheduleExpression: `at(${runAt.toISOString().slice(0, 19)})`,
  })

  await eventually(() => expect(deployment.reports()).toHaveLength(2))
  const [{ late_ms, attempts }] = await database.rows(
    "select extract(epoch from started_at - run_at)::float8 * 1000 as late_ms, attempts from sluice.finished where id = $1",
    [id],
  )
  console.info(`started ${Math.round(late_ms)} ms after its time`)
  expect(late_ms).toBeGreaterThanOrEqual(0)
  expect(late_ms).toBeLessThan(1_000)
  expect(attempts).toBe(1)
  expect(deployment.started()).toHaveLength(2)
  await eventually(async () => expect(await deployment.wakeUp()).toMatchObject({ State: "DISABLED" }))
})
