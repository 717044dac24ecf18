import { defineJob, type SluiceError } from "@sluice/core"
import { migrate } from "@sluice/core/migrate"
import { createTestSluice } from "@sluice/core/testing"
import pg from "pg"
import { expect, inject, test } from "vitest"
import { asSuperuser } from "../support/database.ts"
import { databaseUrl } from "../support/database-url.ts"
import { createKit } from "./kit.ts"

const note = defineJob({ name: "note", perform: () => {} })

async function databases(): Promise<string[]> {
  const { rows } = await asSuperuser((server) =>
    server.query("select datname from pg_database where starts_with(datname, 'sluice_kit_')"),
  )
  return rows.map(({ datname }) => datname)
}

const nameOf = (url: string) => new URL(url).pathname.slice(1)

test("each kit has a database of its own, from one template, and drops it when it is closed", async () => {
  const first = await createTestSluice({ server: inject("postgresUrl"), jobs: [note] })
  const second = await createTestSluice({ server: inject("postgresUrl"), jobs: [note] })
  await note.enqueue({})
  expect((await second.drainAll()).succeeded).toBe(1)
  expect((await first.drainAll()).claimed).toBe(0)
  const templates = (await databases()).filter((name) => name.startsWith("sluice_kit_template_"))
  await Promise.all([first.close(), second.close()])
  const left = await databases()
  expect(left).not.toContain(nameOf(first.url))
  expect(left).not.toContain(nameOf(second.url))
  expect(left).toEqual(expect.arrayContaining(templates))
})

test("a database that nobody uses any more is dropped by the next kit, and one in use isn't, whatever its server's address names", async () => {
  const leftover = "sluice_kit_0123456789abcdef"
  await asSuperuser((server) => server.query(`create database ${leftover}`))
  const first = await createKit({ jobs: [note] })
  expect(await databases()).not.toContain(leftover)
  const other = databaseUrl(inject("postgresUrl"), "template1")
  const second = await createTestSluice({ server: other, jobs: [note] })
  expect(await databases()).toEqual(expect.arrayContaining([nameOf(first.url), nameOf(second.url)]))
  await second.close()
})

test("an app that migrates the database finds nothing to do, and the clock still moves", async () => {
  const kit = await createKit({ jobs: [note], prepare: (url) => migrate(url, { jobs: [note] }) })
  expect(await migrate(kit.url)).toEqual({ applied: [] })
  await note.enqueue({}, { delay: "9d" })
  expect((await kit.drainAll({ now: "10d" })).succeeded).toBe(1)
})

test("the schema can have another name", async () => {
  const kit = await createKit({ jobs: [note], schema: "queue" })
  await note.enqueue({}, { delay: "9d" })
  expect((await kit.drainAll({ now: "10d" })).succeeded).toBe(1)
  expect((await kit.pool.query("select from queue.finished")).rowCount).toBe(1)
})

test("close stops a server that it was given, and a failed preparation leaves nothing", async () => {
  let stopped = 0
  const server = { url: inject("postgresUrl"), stop: async () => void stopped++ }
  const kit = await createTestSluice({ server, jobs: [note] })
  await kit.close()
  expect(stopped).toBe(1)
  const url: string[] = []
  const prepare = async (address: string) => {
    url.push(nameOf(address))
    throw new Error("no such table")
  }
  await expect(createTestSluice({ server, jobs: [note], prepare })).rejects.toThrow("no such table")
  expect(await databases()).not.toContain(url[0])
})

test("what can't be a server is refused without showing it, and a role that may not create databases is told", async () => {
  await expect(createTestSluice({ server: "secret", jobs: [note] })).rejects.toThrow(
    /^createTestSluice\.server is "…": give a connection string/,
  )
  await expect(createTestSluice({ jobs: [note] } as never)).rejects.toThrow(
    /^createTestSluice\.server is missing: give a connection string/,
  )
  await asSuperuser((server) => server.query("create role kit_guest login password 'guest'"))
  const url = new URL(inject("postgresUrl"))
  url.username = "kit_guest"
  url.password = "guest"
  try {
    const error: SluiceError = await createTestSluice({ server: url.href, jobs: [note] }).then(
      () => expect.unreachable(),
      (error) => error,
    )
    expect(error).toMatchObject({ code: "not_permitted" })
    expect(error.message).toContain("alter role ... createdb")
  } finally {
    await asSuperuser((server) => server.query("drop role kit_guest"))
  }
})

test("Date is the real one again when the kit is closed", async () => {
  const real = Date
  const kit = await createTestSluice({ server: inject("postgresUrl"), jobs: [note] })
  await kit.clock.advance("365d")
  expect(Date.now() - real.now()).toBeGreaterThan(364 * 86_400_000)
  expect(new Date(0)).toBeInstanceOf(real)
  expect(Date().slice(11, 15)).toBe(`${new Date().getFullYear()}`)
  await kit.close()
  expect(Date).toBe(real)
})

test("other roles than the owner read the moved time", async () => {
  const kit = await createKit({ jobs: [note] })
  await kit.clock.advance("365d")
  await kit.pool.query(
    "create role kit_reader login password 'reader'; grant usage on schema sluice to kit_reader",
  )
  const url = new URL(kit.url)
  url.username = "kit_reader"
  url.password = "reader"
  const reader = new pg.Client({ connectionString: url.href })
  await reader.connect()
  const { rows } = await reader.query("select sluice.now() - pg_catalog.now() > interval '364 days' as moved")
  await reader.end()
  await kit.pool.query("drop owned by kit_reader; drop role kit_reader")
  expect(rows).toEqual([{ moved: true }])
})
