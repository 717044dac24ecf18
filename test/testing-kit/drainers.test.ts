import { setTimeout as wait } from "node:timers/promises"
import { defineJob, SessionLostError } from "@sluice/core"
import pg from "pg"
import { afterAll, beforeEach, expect, test } from "vitest"
import { eventually } from "../support/eventually.ts"
import { createKit } from "./kit.ts"

let log: string[] = []
beforeEach(() => {
  log = []
})

const long = defineJob({
  name: "long",
  async perform(_: object, { signal, attempt }) {
    log.push("begins")
    await wait(log.length > 1 ? 0 : 30_000, undefined, { signal }).catch(() => log.push("aborted"))
    log.push(`ends attempt ${attempt}`)
  },
})
const write = defineJob({
  name: "write",
  async perform({ by }: { by: string }, { id, signal }) {
    signal.addEventListener("abort", () => log.push("aborted"))
    const { rows } = await app.query("select count(*)::int as written from written where job = $1", [id])
    log.push(`sees ${rows[0].written}`)
    if (log.length === 1) await pauses.promise
    await app.query("insert into written values ($1, $2)", [id, by])
    log.push("has written")
  },
})
const counted = defineJob({
  name: "counted",
  perform: (_: object, { id }) => void log.push(`performs ${id}`),
})
const once = defineJob({
  name: "once",
  transactional: true,
  async perform(_: object, { transaction, id }) {
    log.push(`performs ${id}`)
    await transaction.query("insert into written values ($1, 'once')", [id])
  },
})

let pauses = Promise.withResolvers<void>()
const kit = await createKit({
  jobs: [long, write, counted, once],
  async prepare(url) {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.query("create table written (job bigint, by text)")
    await client.end()
  },
})
const app = new pg.Pool({ connectionString: kit.url })
app.on("error", () => {})
afterAll(() => app.end())
const { startDrain, drainAll, deliverTwice, sluice } = kit

test("a drainer that loses its session aborts its job, and another one performs it", async () => {
  const { id } = await long.enqueue({})
  const drainer = startDrain()
  expect(await drainer.performing()).toMatchObject({ id, name: "long" })
  await drainer.loseSession()
  await expect(drainer.ended).rejects.toBeInstanceOf(SessionLostError)
  expect(log).toEqual(["begins", "aborted", "ends attempt 1"])
  expect(await drainAll()).toMatchObject({ interrupted: 1, succeeded: 1 })
  expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded" })
})

test("a frozen drainer goes on when it thaws, after another one has performed its job", async () => {
  pauses = Promise.withResolvers()
  const { id } = await write.enqueue({ by: "anyone" })
  const drainer = startDrain()
  await drainer.performing("write")
  await eventually(() => expect(log).toEqual(["sees 0"]))
  await drainer.freeze()
  pauses.resolve()
  expect(await drainAll()).toMatchObject({ interrupted: 1, succeeded: 1 })
  expect(log).toEqual(["sees 0", "sees 0", "has written"])
  drainer.thaw()
  await expect(drainer.ended).rejects.toBeInstanceOf(SessionLostError)
  expect(log).toContain("aborted")
  await eventually(async () => {
    const { rows } = await app.query("select from written where job = $1", [id])
    expect(rows).toHaveLength(2)
  })
})

test("a job that is delivered twice is performed twice, and a transactional one once", async () => {
  const twice = await deliverTwice(counted, {})
  expect(twice).toMatchObject({
    state: "succeeded",
    executions: [{ outcome: "interrupted" }, { outcome: "succeeded" }],
  })
  expect(log).toEqual([`performs ${twice.id}`, `performs ${twice.id}`])
  log = []
  const single = await deliverTwice(once, {})
  expect(log).toEqual([`performs ${single.id}`])
  expect((await app.query("select from written where job = $1", [single.id])).rowCount).toBe(1)
})

test("whoever waits for a job that a drain doesn't perform is told", async () => {
  const drainer = startDrain({ deadlineMs: 10_000 })
  await expect(drainer.performing("counted")).rejects.toThrow(
    "The drain has ended without performing such a job",
  )
  await drainer.ended
})
