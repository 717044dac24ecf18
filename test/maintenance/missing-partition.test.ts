import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { daily, finish, partitionsOf, placesOf, today } from "./partitions.ts"

const database = await createDatabase()
const first = await today(database)

test("writers whose day is being prepared wait for it, and none of them fails", async () => {
  for (const { name } of await partitionsOf(database, "finished"))
    await database.pool.query(`drop table sluice.${name}`)
  const until = { done: false }
  const failures: unknown[] = []
  let written = 0
  const upkeep = await connect()
  const writers = Array.from({ length: 6 }, async () => {
    const session = await connect()
    while (!until.done) {
      await session.query(INSERT).then(
        () => written++,
        (error) => failures.push(error.message),
      )
    }
    await session.end()
  })
  for (let round = 0; round < 15; round++) {
    const step = "select error from sluice.run_maintenance('prepare finished')"
    for (let tries = 0; (await upkeep.query(step)).rows[0]?.error !== null && tries < 20; tries++);
    const day = daily("finished", [first])[0]?.name
    expect((await partitionsOf(database, "finished")).map(({ name }) => name)).toContain(day)
    await database.pool.query(`drop table sluice.${day}`)
  }
  until.done = true
  await Promise.all(writers)
  await upkeep.end()
  expect(failures).toEqual([])
  expect(written).toBeGreaterThan(100)
}, 30_000)

test("a day whose partition is missing has its rows in it once it is prepared", async () => {
  await database.pool.query("truncate sluice.finished, sluice.failures")
  await finish(database, 1, first)
  expect(await placesOf(database, "finished")).toEqual([[1, "finished_default"]])
  await database.pool.query("select sluice.force_maintenance()")
  expect(await placesOf(database, "finished")).toEqual([[1, daily("finished", [first])[0]?.name]])
})

/** A session with a drainer's isolation. */
async function connect() {
  const session = await database.connect()
  await session.query("set default_transaction_isolation to 'read committed'")
  return session
}

const INSERT = `insert into sluice.finished (id, enqueued_at, run_at, priority, attempts, state, name, queue, payload)
  values (1, now(), now(), 0, 1, 'succeeded', 'any', 'default', '{}')`
