import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })
const refused = { name: "PayloadTooLargeError", code: "batch_too_large", path: ["jobs"], index: undefined }

test.each([
  ["64 MiB", { text: "x".repeat(256 * 1024 - 11) }, 257],
  ["64 MiB once its numbers are written out", new Array(840).fill(1e308), 260],
])(
  "jobs of more than %s in one call are refused before Postgres sees them",
  async (_what, payload, count) => {
    await expect(sluice.enqueueMany(new Array(count).fill({ name: "large", payload }))).rejects.toMatchObject(
      {
        ...refused,
        message: expect.stringMatching(
          /^The jobs of one call have more than 67108864 bytes.*split them into/,
        ),
      },
    )
    expect(await database.rows("select id from sluice.jobs")).toEqual([])
  },
)

test("more than 100,000 jobs in one call are refused", async () => {
  await expect(sluice.enqueueMany(new Array(100_001).fill({ name: "small" }))).rejects.toMatchObject({
    ...refused,
    message: expect.stringMatching(/100001 jobs.*100000/),
  })
  expect(await database.rows("select id from sluice.jobs")).toEqual([])
})
