import { createSluice } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { openSession } from "./session.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })

test("a settle writes the jobs it names and no other, of its own drainer's or of another's", async () => {
  await sluice.enqueueMany(Array.from({ length: 3 }, () => ({ name: "mine" })))
  await sluice.enqueueMany(Array.from({ length: 3 }, () => ({ name: "theirs" })))
  const [mine, theirs] = [await openSession(database), await openSession(database)]
  const [first, second, third] = await mine.claim("mine")
  expect(await theirs.claim("theirs")).toHaveLength(3)
  const unnamed = "select * from sluice.jobs where id <> all ($1) order by id"
  const before = await database.rows(unnamed, [[first?.id, second?.id]])

  const lost = await mine.settle(
    { id: first?.id as string, fence: 0, outcome: "succeeded" },
    {
      id: second?.id as string,
      fence: 0,
      outcome: "retried",
      wait_ms: 60_000,
      error_class: "Error",
      error_message: "again",
    },
  )

  expect(lost).toEqual([])
  expect(await database.rows(unnamed, [[first?.id, second?.id]])).toEqual(before)
  expect(before).toHaveLength(4)
  expect((await sluice.getJob(third?.id as string))?.state).toBe("running")
  expect(await database.rows("select id::text from sluice.finished")).toEqual([{ id: first?.id }])
  expect(await database.rows("select job_id::text from sluice.failures")).toEqual([{ job_id: second?.id }])
  await mine.end()
  await theirs.end()
})
