import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { openSession } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"

test("jobs that are given back are as they were, their concurrency keys have room again, and another drainer gets them", async () => {
  const database = await createDatabase()
  const options = { concurrencyKey: "one", concurrencyLimit: 4 }
  await createSluice({ database: database.pool }).enqueueMany(
    Array.from({ length: 6 }, () => ({ name: "job", options })),
  )
  const before = await database.rows("select * from sluice.jobs where state = 'ready' order by id")
  const [mine, other] = [await openSession(database), await openSession(database)]
  const claimed = (await mine.claim("job")).map(({ id }) => id)
  expect(claimed).toHaveLength(4)

  await mine.connection.query("select sluice.give_back($1, $2, $3)", [
    mine.drainerId,
    mine.backendPid,
    claimed.slice(1),
  ])
  await mine.connection.query("select sluice.unlock_jobs($1)", [claimed.slice(1)])
  const held = await database.rows("select h.job_id::text as id from sluice.held_by($1) h", [mine.drainerId])
  expect(held).toEqual([{ id: claimed[0] }])
  expect(await database.rows("select * from sluice.jobs where id = any ($1) order by id", [claimed])).toEqual(
    before,
  )

  await other.claim("job")
  expect(
    await database.rows("select drainer_id, count(*)::int from sluice.permits group by 1 order by 1"),
  ).toEqual([
    { drainer_id: mine.drainerId, count: 1 },
    { drainer_id: other.drainerId, count: 3 },
  ])
  await mine.end()
  await other.end()
})
