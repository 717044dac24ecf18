import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { spawnDrainer } from "../support/drainer-process.ts"

const JOBS = 20_000
const DRAINERS = 8

test("eight drainers at once perform each of 20,000 jobs exactly once", async () => {
  const database = await createDatabase()
  const sluice = createSluice({ database: database.pool })
  // two milliseconds each keep the claims small and many, so that drainers meet: without the second look in `take`
  // about twenty jobs are performed twice here
  await sluice.enqueueMany(Array.from({ length: JOBS }, () => ({ name: "sleep", payload: { ms: 2 } })))

  const drainers = Array.from({ length: DRAINERS }, () =>
    spawnDrainer({ url: database.url, maxDrainers: DRAINERS }),
  )
  const reports = await Promise.all(drainers.map(({ report }) => report))

  const performed = reports.flatMap((report) => report.performed)
  expect(performed.length - new Set(performed).size, "performed twice").toBe(0)
  expect(performed).toHaveLength(JOBS)
  expect(
    await database.rows(
      "select count(*)::int, pg_catalog.count(distinct id)::int as ids from sluice.finished",
    ),
  ).toEqual([{ count: JOBS, ids: JOBS }])
  expect(await database.rows("select count(*)::int from sluice.jobs")).toEqual([{ count: 0 }])
}, 120_000)
