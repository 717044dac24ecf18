import { createSluice, SchemaError } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import pg from "pg"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase("template0")

test("migrate makes everything in an empty database, and says what it applied", async () => {
  const sluice = createSluice({ database: database.pool })
  await expect(sluice.enqueue("any", {})).rejects.toBeInstanceOf(SchemaError)

  const lines: string[] = []
  const { applied } = await migrate(database.url, { log: (line) => lines.push(line) })
  expect(applied).toEqual(applied.toSorted())
  expect(applied[0]).toBe("0001_tables")
  expect(applied.at(-1)).toBe("functions")
  expect(lines.join("\n")).toContain("0001_tables")
  expect(await sluice.enqueue("any", {})).toMatchObject({ status: "enqueued" })
})

test("it makes nothing outside of its schema", async () => {
  const elsewhere = await database.rows(`
    select relname from pg_class where relnamespace = 'public'::regnamespace
    union all select proname from pg_proc where pronamespace = 'public'::regnamespace`)
  expect(elsewhere).toEqual([])
})

test.each<[string, () => Promise<{ applied: string[] }>]>([
  ["a connection string", () => migrate(database.url)],
  ["a pool", () => migrate(database.pool)],
  ["a connected client", () => withClient((client) => migrate(client))],
])("a second time, given %s, it has nothing to do", async (_what, again) => {
  const before = await objects()
  expect(await again()).toEqual({ applied: [] })
  expect(await objects()).toEqual(before)
  expect(await database.rows("select name from sluice.jobs")).toEqual([{ name: "any" }])
})

test("a client that it was given is as it was", async () => {
  await withClient(async (client) => {
    const settings =
      "select current_setting('search_path') as path, current_setting('lock_timeout') as lock, txid_current_if_assigned() as xid"
    const before = (await client.query(settings)).rows
    await migrate(client)
    expect((await client.query(settings)).rows).toEqual(before)
  })
})

test("an option that it doesn't have is refused, with the nearest one", async () => {
  const options = { retantion: "30d" }
  await expect(migrate(database.url, options as never)).rejects.toMatchObject({
    code: "unknown_option",
    message: 'migrate has no option "retantion": did you mean "retention"?',
  })
})

async function withClient<Value>(work: (client: pg.Client) => Promise<Value>): Promise<Value> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

async function objects() {
  return database.rows(`
    select 'relation' as kind, oid::int, relname::text as name, xmin::text from pg_class where relnamespace = 'sluice'::regnamespace
    union all
    select 'function', oid::int, proname, xmin::text from pg_proc where pronamespace = 'sluice'::regnamespace
    union all
    select 'migration', 0, name, run_on::text from sluice.migrations order by 1, 2, 3`)
}
