import { setTimeout as wait } from "node:timers/promises"
import { createSluice, defineJob } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { expect, test } from "vitest"
import { openSession } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"

test("of two drainers that compute the key of a job, the second to write changes nothing", async () => {
  const database = await createDatabase()
  const job = defineJob({ name: "shop", concurrency: { key: () => "a" }, perform() {} })
  await migrate(database.url, { jobs: [job] })
  const sluice = createSluice({ database: database.pool })
  const stored = await sluice.enqueueMany([{ name: "shop" }, { name: "shop" }])
  const first = await openSession(database)
  const second = await openSession(database)
  const keys = JSON.stringify(stored.map(({ id }) => ({ id: Number(id), key: "a" })))
  const setKeys = "select sluice.set_keys($1) as count"

  expect((await first.connection.query(setKeys, [keys])).rows).toEqual([{ count: 2 }])
  const [running] = await first.claim("shop")
  const keyless = JSON.stringify(stored.map(({ id }) => ({ id: Number(id) })))
  expect((await second.connection.query(setKeys, [keyless])).rows).toEqual([{ count: 0 }])

  expect(running).toMatchObject({ id: stored[0]?.id })
  expect(await second.claim("shop")).toEqual([])
  expect(await database.rows("select state, concurrency_key from sluice.jobs order by id")).toEqual([
    { state: "ready", concurrency_key: "a" },
    { state: "blocked", concurrency_key: "a" },
  ])
  await Promise.all([first.end(), second.end()])
})

test("of two drainers that compute the further keys of a job, the second notes none while the job ends", async () => {
  const database = await createDatabase()
  const job = defineJob({ name: "shop", concurrency: [{ key: () => "a" }, { key: () => "b" }], perform() {} })
  await migrate(database.url, { jobs: [job] })
  const sluice = createSluice({ database: database.pool })
  const { id } = await sluice.enqueue("shop", {})
  const first = await openSession(database)
  const second = await openSession(database)
  const setKeys = "select sluice.set_keys($1) as count"
  const keys = [JSON.stringify([{ id: Number(id), key: "a", furtherKeys: ["b"] }])]
  await first.connection.query(setKeys, keys)
  const [running] = await first.claim("shop")

  await second.connection.query("begin")
  expect((await second.connection.query(setKeys, keys)).rows).toEqual([{ count: 0 }])
  const settling = first.settle({ ...(running as { id: string; fence: number }), outcome: "succeeded" })
  await Promise.race([settling, wait(200)]) // it would wait for the second drainer's rows
  await second.connection.query("commit")
  expect(await settling).toEqual([])
  expect(await database.rows("select * from sluice.further_keys")).toEqual([])
  await Promise.all([first.end(), second.end()])
})
