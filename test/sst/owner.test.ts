import { migrate } from "@sluice/core/migrate"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase("template0")
const stage = (name: string) => ({ owner: `shop/${name}` })
const refused = { name: "SchemaError", code: "schema_owned" }

test("a stage whose schema another one has is refused, told whose it is and what to do, and changes nothing", async () => {
  await migrate(database.url, stage("production"))
  await migrate(database.url, stage("production"))
  await database.pool.query("delete from sluice.migrations where name like '0001%'")

  const error = await migrate(database.url, stage("dev")).catch((error) => error)
  expect(error).toMatchObject(refused)
  expect(error.message).toContain(
    '"sluice" of this database belongs to shop/production, and this is shop/dev',
  )
  expect(error.message).toContain("its own database or schema")
  expect(error.message).toContain("delete from sluice.owner")
  expect(await database.rows("select name from sluice.migrations where name like '0001%'")).toEqual([])
})

test("with a schema of its own, or when it takes over for good, it is let in", async () => {
  await migrate(database.url, { ...stage("dev"), schema: "sluice_dev" })
  await database.pool.query("delete from sluice_dev.owner")
  await migrate(database.url, { ...stage("next"), schema: "sluice_dev" })
  expect(await database.rows("select name from sluice_dev.owner")).toEqual([{ name: "shop/next" }])
})

test("of two stages that come at once, one is refused", async () => {
  const both = ["one", "two"].map((name) => migrate(database.url, { ...stage(name), schema: "raced" }))
  const settled = await Promise.allSettled(both)
  const [failed, ...others] = settled.filter((each) => each.status === "rejected")
  expect(failed?.reason).toMatchObject(refused)
  expect(others).toEqual([])
})
