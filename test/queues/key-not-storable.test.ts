import { createSluice, defineJob } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

test("a computed key that the server's encoding can't hold fails its own job, and no other waits for it", async () => {
  const database = await createDatabase({ template: "template0", encoding: "LATIN1" })
  const shop = defineJob({
    name: "shop",
    concurrency: { key: ({ n }: { n: number }) => (n === 3 ? "→" : "shop") },
    maxAttempts: 1,
    perform() {},
  })
  await migrate(database.url, { jobs: [shop] })
  const byName = createSluice({ database: database.pool })
  const jobs = await byName.enqueueMany([1, 2, 3, 4, 5].map((n) => ({ name: "shop", payload: { n } })))

  const summary = await drainable(database, [shop]).drainOnce()
  expect(summary).toMatchObject({ succeeded: 4, discarded: 1, dueWork: false })
  expect(await byName.getJob(jobs[2]?.id as string)).toMatchObject({
    state: "discarded",
    errors: [{ message: expect.stringContaining("could not be computed") }],
  })
})
