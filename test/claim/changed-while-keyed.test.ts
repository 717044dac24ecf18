import { createSluice, defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

test("a job whose payload is changed while a drainer computes its key doesn't get the key of the payload before", async () => {
  const database = await createDatabase()
  const job = defineJob({
    name: "keyed",
    concurrency: { key: ({ tenant }: { tenant: string }) => tenant, limit: 1 },
    perform() {},
  })
  const { sluice, drainOnce } = drainable(database, [job])
  await drainOnce() // registers the definition
  const byName = createSluice({ database: database.pool })
  const { id } = await byName.enqueue("keyed", { tenant: "one" })
  let isChanged = false
  const connect = async () => {
    const session = await database.connect()
    const query = session.query.bind(session)
    session.query = async (text, values) => {
      const answer = await query(text, values)
      if (!isChanged && JSON.stringify(text).includes("read_unkeyed")) {
        isChanged = true
        await byName.updateJob(id, { payload: { tenant: "other" } })
      }
      return answer
    }
    return session
  }

  await drainOnce({ connect })
  await drainOnce()

  expect(isChanged).toBe(true)
  expect(await sluice.getJob(id)).toMatchObject({
    state: "succeeded",
    payload: { tenant: "other" },
    concurrencyKey: "other",
  })
})
