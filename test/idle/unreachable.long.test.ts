import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { deployIdle } from "./deployment.ts"

test("a drain that fails sets the wake-up for a minute from then", async () => {
  const database = await createDatabase()
  const nowhere = { ...database, url: "postgres://nobody@127.0.0.1:1/none" }
  const deployment = await deployIdle(nowhere)

  expect(await deployment.host.invoke("drain", "{}")).toMatchObject({ functionError: "Unhandled" })

  const endedAtMs = Date.now()
  const { ScheduleExpression = "", State } = (await deployment.wakeUp()) ?? {}
  expect(State).toBe("ENABLED")
  const inMs = Date.parse(`${ScheduleExpression.slice(3, -1)}Z`) - endedAtMs
  expect(inMs).toBeGreaterThan(59_000) // the one that was set at its beginning has been replaced
  expect(inMs).toBeLessThanOrEqual(61_000)
})
