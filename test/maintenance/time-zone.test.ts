import pg from "pg"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { daily, daysFrom, partitionsOf } from "./partitions.ts"

const database = await createDatabase()
afterEach(async () => {
  for (const parent of ["finished", "failures"] as const) {
    for (const { name } of await partitionsOf(database, parent))
      await database.pool.query(`drop table sluice.${name}`)
  }
})

test.each([
  ["Europe/Berlin", "2030-03-29", "goes forward on the 31st"],
  ["Europe/Berlin", "2030-10-25", "goes back on the 27th"],
  ["America/New_York", "2030-03-08", "goes forward on the 10th"],
  ["America/New_York", "2030-11-01", "goes back on the 3rd"],
  ["Pacific/Kiritimati", "2030-06-01", "is 14 hours ahead"],
  ["Pacific/Pago_Pago", "2030-06-01", "is 11 hours behind"],
])("days are UTC days for a session in %s, where on %s the clock %s", async (zone, day) => {
  const noon = new Date(`${day}T12:00:00Z`)
  const session = new pg.Client({ connectionString: database.url })
  await session.connect()
  await session.query("select set_config('timezone', $1, false)", [zone])
  await session.query("select sluice.force_maintenance(p_keep => '1000 years', p_now => $1)", [noon])
  await session.query("select sluice.force_maintenance(p_keep => '1000 years', p_now => $1)", [
    new Date(noon.getTime() + 86_400_000),
  ])
  await session.end()

  const days = daysFrom(new Date(`${day}T00:00:00Z`), 5)
  for (const parent of ["finished", "failures"] as const) {
    const made = (await partitionsOf(database, parent)).filter(({ name }) => name.includes("_2030"))
    expect(made).toEqual(daily(parent, days))
  }
})
