import { createSluice } from "@sluice/core"
import { expect, onTestFinished, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { openTwoSessions } from "./two-sessions.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })
const unique = { key: "one", onConflict: "replace" } as const

test("a job that is being replaced isn't begun before that is committed", async () => {
  const { first } = await openTwoSessions(database)
  const { id } = await sluice.enqueue("any", { version: 1 }, { unique })
  const app = await database.connect()
  onTestFinished(() => app.end())
  await app.query("begin")
  expect(await sluice.enqueue("any", { version: 2 }, { unique, transaction: app })).toMatchObject({
    id,
    status: "replaced",
  })
  expect(await first.claim("any"), "before the commit").toEqual([])
  await app.query("commit")
  expect(await first.claim("any")).toMatchObject([{ id }])
  expect(await sluice.getJob(id)).toMatchObject({ state: "running", payload: { version: 2 } })
})

test("a job with the key of one that a claim is about to begin is another job", async () => {
  const { first } = await openTwoSessions(database)
  const { id } = await sluice.enqueue("any", { version: 1 }, { unique })
  await first.connection.query("begin")
  expect(await first.claim("any")).toMatchObject([{ id }])
  const enqueued = sluice.enqueue("any", { version: 2 }, { unique })
  await eventually(async () =>
    expect(
      await database.rows(
        "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      ),
    ).toHaveLength(1),
  )
  await first.connection.query("commit")
  const second = await enqueued
  expect(second).toMatchObject({ status: "enqueued" })
  expect(second.id).not.toBe(id)
})

test("a waiting job that an enqueue was told of isn't begun before that enqueue's transaction ends", async () => {
  const { first } = await openTwoSessions(database)
  const keep = { key: "kept", while: "waiting" } as const
  const { id } = await sluice.enqueue("any", {}, { unique: keep })
  const app = await database.connect()
  onTestFinished(() => app.end())
  await app.query("begin")
  expect(await sluice.enqueue("any", {}, { unique: keep, transaction: app })).toMatchObject({
    id,
    status: "deduplicated",
  })
  expect(await first.claim("any")).toEqual([])
  await app.query("rollback")
  expect(await first.claim("any")).toMatchObject([{ id }])
})
