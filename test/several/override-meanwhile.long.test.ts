import { defineJob } from "@sluice/core"
import { describe, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

// A transaction of these sees the rows of its beginning, and fails with 40001 where another has changed one since.
describe.each(["repeatable read", "serializable"])(
  "where transactions are %s by default",
  async (isolation) => {
    const database = await createDatabase({ settings: { default_transaction_isolation: isolation } })
    const { sluice, drainOnce } = drainable(database, [
      defineJob({ name: "account", concurrency: { key: "account/7", limit: 3 }, perform() {} }),
      defineJob({ name: "mail", rate: { key: "smtp", limit: 1_000, per: "1s" }, perform() {} }),
    ])
    const enqueue = (jobs: number) =>
      sluice.enqueueMany(Array.from({ length: jobs }, (_, n) => ({ name: n % 4 ? "account" : "mail" })))

    test("operators override limits and rates while jobs of their keys are performed", async () => {
      await enqueue(600)
      let isOver = false
      const drained = Promise.all(
        Array.from({ length: 3 }, () => drainOnce({ concurrency: 5, maxDrainers: 3 })),
      ).finally(() => {
        isOver = true
      })
      for (let n = 0; !isOver; n++) {
        await sluice.overrideLimit("account/7", n % 3 ? { limit: 2 + (n % 5) } : {})
        await sluice.overrideRate("smtp", n % 3 ? { limit: 900 + (n % 99), per: "1s" } : {})
      }
      expect((await drained).reduce((sum, { succeeded }) => sum + succeeded, 0)).toBe(600)
    }, 120_000)

    test("a raised limit frees blocked jobs", async () => {
      await sluice.overrideLimit("account/7", { limit: 1 })
      await enqueue(8)
      await database.pool.query("update sluice.jobs set state = 'blocked' where concurrency_key is not null")
      await sluice.overrideLimit("account/7", { limit: 5 })
      expect(await drainOnce()).toMatchObject({ succeeded: 8 })
    })
  },
)
