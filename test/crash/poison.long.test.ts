import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { spawnDrainer } from "../support/drainer-process.ts"

const INNOCENT = 60

test("a job that kills its drainer is found, charged and discarded, and hurts no other", async () => {
  const database = await createDatabase()
  const sluice = createSluice({ database: database.pool })
  const half = Array.from({ length: INNOCENT / 2 }, () => ({ name: "sleep", payload: { ms: 50 } }))
  const stored = await sluice.enqueueMany([...half, { name: "poison" }, ...half])
  const poison = stored[INNOCENT / 2]?.id as string

  let deaths = 0
  while ((await database.rows("select from sluice.jobs")).length > 0 && deaths < 20) {
    const drainer = spawnDrainer({ url: database.url, concurrency: 100 })
    await drainer.report.catch(() => deaths++)
  }

  // among others, among the same again, in a group of 7, and alone three times
  expect(deaths).toBeLessThanOrEqual(8)
  const { state, attempts, errors } = (await sluice.getJob(poison)) ?? {}
  expect({ state, attempts }).toEqual({ state: "discarded", attempts: 3 })
  expect(errors?.at(-1)).toMatchObject({ outcome: "discarded", class: "InterruptedError" })
  expect(errors?.map(({ message }) => message.replace(/\d+/, "N"))).toContain(
    "Drainer N died with this job alone in flight",
  )

  const others = await database.rows(
    "select state, max(attempts) as attempts, count(*)::int from sluice.finished where id <> $1 group by 1",
    [poison],
  )
  expect(others).toEqual([{ state: "succeeded", attempts: 1, count: INNOCENT }])
})
