import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { deployIdle } from "./deployment.ts"

test("after a drainer that was killed another comes within a minute and performs its job", async () => {
  const database = await createDatabase()
  const deployment = await deployIdle(database)
  const { id } = await createSluice({ database: database.pool }).enqueue("sleep", { ms: 1_000 })
  const invoked = deployment.host.invoke("drain", "{}")
  await eventually(async () => {
    expect(await database.rows("select from sluice.claims")).toHaveLength(1)
    expect(await deployment.wakeUp()).toMatchObject({ State: "ENABLED" })
  })

  process.kill(deployment.started()[0] as number, "SIGKILL")
  expect(await invoked).toMatchObject({ functionError: "Unhandled" })
  deployment.host.clock.advance(61_000)

  await eventually(() => expect(deployment.reports()).toMatchObject([{ interrupted: 1, succeeded: 1 }]))
  expect(await database.rows("select id::text, state from sluice.finished")).toEqual([
    { id, state: "succeeded" },
  ])
})
