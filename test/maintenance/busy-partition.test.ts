import { defineJob } from "@sluice/core"
import pg from "pg"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { daily, daysAfter, daysFrom, finish, maintain, partitionsOf, placesOf, today } from "./partitions.ts"

const database = await createDatabase()
const first = await today(database)
const later = daysAfter(first, 30)
const { sluice, drainOnce } = drainable(database, [defineJob({ name: "any", perform() {} })])

test("a reader that holds the history's partitions makes nobody wait, and the next maintain does what was left", async () => {
  await finish(database, 1, later)
  const reader = new pg.Client({ connectionString: database.url })
  await reader.connect()
  await reader.query("begin")
  await reader.query("select count(*) from sluice.finished, sluice.failures")

  const beganAtMs = performance.now()
  await maintain(database, later) // four days to make and four to drop, of each table
  expect(performance.now() - beganAtMs).toBeLessThan(1_000)
  await sluice.enqueue("any", {})
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })

  await reader.query("rollback")
  await reader.end()
  await maintain(database, later)
  for (const parent of ["finished", "failures"] as const) {
    expect(await partitionsOf(database, parent)).toEqual(daily(parent, daysFrom(later, 4)))
    expect(await placesOf(database, parent)).toEqual([[1, daily(parent, [later])[0]?.name]])
  }
})

test("a writer whose transaction is open makes nobody wait either", async () => {
  const writer = new pg.Client({ connectionString: database.url })
  await writer.connect()
  await writer.query("begin")
  await writer.query(
    `insert into sluice.failures (job_id, attempt, outcome, error_class, error_message) values (2, 1, 'retried', 'Error', '')`,
  )

  const beganAtMs = performance.now()
  await maintain(database, daysAfter(later, 3))
  expect(performance.now() - beganAtMs).toBeLessThan(1_000)
  expect(await partitionsOf(database, "finished")).toEqual(daily("finished", daysFrom(later, 7)))

  await writer.query("commit")
  await writer.end()
  await maintain(database, daysAfter(later, 3))
  expect(await partitionsOf(database, "failures")).toEqual(daily("failures", daysFrom(later, 7)))
})

test("a reader of a day that is to be dropped does not keep the next days from being prepared", async () => {
  const reader = new pg.Client({ connectionString: database.url })
  await reader.connect()
  await reader.query("begin")
  const [oldest] = daily("finished", [later])
  await reader.query(`select count(*) from sluice.${oldest?.name}`)

  const muchLater = daysAfter(later, 20)
  await maintain(database, muchLater)
  expect((await partitionsOf(database, "finished")).slice(-4)).toEqual(
    daily("finished", daysFrom(muchLater, 4)),
  )
  await reader.query("rollback")
  await reader.end()
  await maintain(database, muchLater)
  expect((await partitionsOf(database, "finished"))[0]).toEqual(daily("finished", [daysAfter(later, 6)])[0])
})
