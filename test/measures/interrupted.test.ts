import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { openSession } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

test("executions of a drainer that dies are counted as interrupted, once, and those of the next as what they are", async () => {
  const database = await createDatabase()
  const { sluice, drainOnce } = drainable(database, [
    defineJob({ name: "mail", perform() {} }),
    defineJob({ name: "report", perform() {} }),
  ])
  await sluice.enqueueMany([
    { name: "mail", options: { queue: "fast" } },
    { name: "mail", options: { queue: "slow" } },
    { name: "report", options: { queue: "slow" } },
  ])
  const dying = await openSession(database)
  expect(await dying.claim("mail", "report")).toHaveLength(3)
  await dying.end()
  expect(await drainOnce()).toMatchObject({ interrupted: 3, succeeded: 3 })

  expect(await sluice.listNames()).toMatchObject([
    { name: "mail", executions: 4, interrupted: 2, succeeded: 2, failureRate: 0.5, queues: ["fast", "slow"] },
    { name: "report", executions: 2, interrupted: 1, succeeded: 1 },
  ])
  const { series } = await sluice.listSeries({ step: "2h" })
  expect(series.map(({ of, failures }) => [of, failures.reduce((sum, one) => sum + one, 0)])).toEqual([
    ["fast", 1],
    ["slow", 2],
  ])
})
