import { createSluice, defineJob } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { expect, test } from "vitest"
import { openSession } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"

test("a drainer that closes sees a job whose concurrency key it could compute", async () => {
  const database = await createDatabase()
  const job = defineJob({ name: "shop", concurrency: { key: () => "a" }, perform() {} })
  await migrate(database.url, { jobs: [job] })
  const leaving = await openSession(database)
  expect(await leaving.claim("shop")).toEqual([])
  await createSluice({ database: database.pool }).enqueue("shop", {})

  const close = "select due from sluice.close_drainer($1, $2, $3, '{}')"
  const dueFor = async (name: string) =>
    (await leaving.connection.query(close, [leaving.drainerId, leaving.backendPid, [name]])).rows
  expect(await dueFor("shop")).toEqual([{ due: true }])
  await leaving.end()
})
