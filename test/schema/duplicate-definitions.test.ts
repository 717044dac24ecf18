import { defineJob } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

test("two definitions of one name are refused before anything is migrated", async () => {
  const { url, rows } = await createDatabase("template0")
  const jobs = ["mail", "push"].map((queue) => defineJob({ name: "welcome", queue, async perform() {} }))
  await expect(migrate(url, { jobs })).rejects.toMatchObject({
    code: "duplicate_job",
    message: expect.stringContaining('"welcome"'),
  })
  expect(await rows("select from pg_namespace where nspname = 'sluice'")).toEqual([])
})
