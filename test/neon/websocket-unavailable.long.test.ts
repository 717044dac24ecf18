import { createNeonConnect } from "@sluice/aws/neon"
import { createSluice, DatabaseUnavailableError, defineJob, drain } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { startNeonProxy } from "./proxy.ts"

test("where no WebSocket can be opened, the drain says that the database is unavailable", async () => {
  const database = await createDatabase()
  const proxy = await startNeonProxy(database.url)
  await proxy.stop()
  const sluice = createSluice({ database: database.pool, jobs: [defineJob({ name: "any", perform() {} })] })
  const error = await drain(sluice, { connect: createNeonConnect(database.url) }).catch((error) => error)

  expect(error).toBeInstanceOf(DatabaseUnavailableError)
  expect(error).toMatchObject({
    code: "database_unavailable",
    message: expect.stringMatching(/can't be reached: \w/),
  })
})
