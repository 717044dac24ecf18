import { createSluice } from "@sluice/core"
import { startSchedule } from "@sluice/local"
import { expect, onTestFinished, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { countSessions, deployIdle } from "./deployment.ts"

const MINUTE_MS = 60_000
const database = await createDatabase()
const deployment = await deployIdle(database)
const { clock } = deployment.host

test("an idle hour takes no invocation and no query; then the wake-up comes at its time", async () => {
  const sluice = createSluice({ database: database.pool })
  await sluice.enqueue("noop", {})
  await sluice.enqueue("noop", {}, { delay: "61m" })
  await deployment.host.invoke("drain", "{}")
  expect(deployment.reports()).toMatchObject([
    { succeeded: 1, nextDueInMs: expect.closeTo(61 * MINUTE_MS, -5) },
  ])
  await eventually(async () => expect((await countSessions(database)).has, "but the test's own").toBe(1))
  const before = await countSessions(database)

  clock.advance(60 * MINUTE_MS)
  expect(deployment.started()).toHaveLength(1)
  expect(await countSessions(database)).toEqual(before)

  clock.advance(MINUTE_MS + 1_000)
  await eventually(() => expect(deployment.reports()).toHaveLength(2))
  expect((await countSessions(database)).had, "the count can tell").toBeGreaterThan(before.had)
})

test("a safety tick of an hour asks the database once an hour, a schedule of a minute sixty times", async () => {
  expect(await invocationsOfAnHour("rate(1 hour)")).toBe(1)
  expect(await invocationsOfAnHour("rate(1 minute)")).toBe(60)
})

/** Without the one at the beginning. */
async function invocationsOfAnHour(expression: string): Promise<number> {
  const before = deployment.reports().length
  const schedule = startSchedule({ host: deployment.host, functionName: "drain", expression })
  onTestFinished(() => schedule.stop())
  await eventually(() => expect(deployment.reports()).toHaveLength(before + 1))
  clock.advance(60 * MINUTE_MS)
  schedule.stop()
  await eventually(() => expect(deployment.host.processes().filter(({ busy }) => busy)).toEqual([]), 40_000)
  return deployment.started().length - before - 1
}
