import { createSluice, defineJob } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

test("jobs of one name that wait for their keys don't hide those of another from a wake", async () => {
  const database = await createDatabase()
  const concurrency = { key: ({ shop }: { shop: string }) => shop }
  const many = defineJob({ name: "many", concurrency, perform() {} })
  const single = defineJob({ name: "single", concurrency, perform() {} })
  await migrate(database.url, { jobs: [many, single] })
  const byName = createSluice({ database: database.pool })
  const payload = { shop: "a" }
  await byName.enqueueMany(Array.from({ length: 3000 }, () => ({ name: "many", payload })))
  await byName.enqueue("single", payload)
  await database.pool.query("analyze sluice.jobs")
  expect(await database.rows("select name from unnest(sluice.kinds_due()) order by 1")).toEqual([
    { name: "many" },
    { name: "single" },
  ])
})
