import { createSluice } from "@sluice/core"
import { afterEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"
import { openTwoSessions } from "./two-sessions.ts"

const database = await createDatabase()
const sluice = createSluice({ database: database.pool })

afterEach(() =>
  database.pool.query("truncate sluice.event_waits, sluice.emitted_events, sluice.progress, sluice.finished"),
)

/** A drainer that performs a job, which has not come to its wait, and a session that emits. */
async function performingOne() {
  const { first, second } = await openTwoSessions(database)
  const { id } = await sluice.enqueue("any", {})
  const [claimed] = await first.claim("any")
  const fence = claimed?.fence as number
  const wait = async () =>
    (
      await first.connection.query(
        "select ended, remaining_ms from sluice.await_event(pg_backend_pid(), $1, $2, 'k', 'e', '{}', 86400000)",
        [id, fence],
      )
    ).rows[0]
  const putBack = () =>
    first.settle({ id, fence, outcome: "snoozed", wait_ms: 86_400_000, charges_attempt: false })
  const emit = async (payload = "{}") =>
    (await second.connection.query("select resumed from sluice.emit('e', $1)", [payload])).rows[0].resumed
  return { first, second, id, wait, putBack, emit }
}

const isDue = async (id: string) =>
  (await database.rows("select run_at <= now() as due from sluice.jobs where id = $1", [id]))[0].due
const tick = () => database.pool.query("select sluice.match_emitted()")
/** Until each event has been looked at for the last time, for which other databases of the server may have to end transactions. */
const lastTick = () =>
  eventually(async () => {
    await tick()
    expect(await left()).toEqual([])
  })
const left = () => database.rows("select event from sluice.emitted_events")

test("an event that is emitted after the wait, before the job is put back, makes it due", async () => {
  const { id, wait, putBack, emit } = await performingOne()
  await wait()
  expect(await emit()).toBe(1)
  await putBack()
  expect(await isDue(id)).toBe(true)
})

test("one whose emit is committed after the job was put back makes it due once a drainer looks, and the settle doesn't wait", async () => {
  const { second, id, wait, putBack, emit } = await performingOne()
  await wait()
  await second.connection.query("begin")
  await emit()
  await putBack()
  await tick()
  expect(await isDue(id)).toBe(false)
  await second.connection.query("commit")
  await tick()
  expect(await isDue(id)).toBe(true)
})

test("one whose emit is committed while a settle that puts the job back isn't, does at the last look", async () => {
  const { first, second, id, wait, putBack, emit } = await performingOne()
  await wait()
  await second.connection.query("begin")
  await emit()
  await first.connection.query("begin")
  await putBack()
  await second.connection.query("commit")
  await tick()
  await tick()
  expect(await left()).toHaveLength(1) // the settle may still need it
  await first.connection.query("commit")
  await lastTick()
  expect(await isDue(id)).toBe(true)
})

test("a wait that begins while the emit isn't committed gets the event after it is", async () => {
  const { second, id, wait, putBack, emit } = await performingOne()
  await second.connection.query("begin")
  expect(await emit('{"late": true}')).toBe(0)
  expect(await wait()).toMatchObject({ ended: null })
  await putBack()
  await second.connection.query("commit")
  await tick()
  expect(await isDue(id)).toBe(true)
  expect(await database.rows("select payload from sluice.event_waits")).toEqual([{ payload: { late: true } }])
})

test("a wait that begins before the commit of the emit, and is itself committed after the first look, gets it at the last", async () => {
  const { first, second, id, wait, emit } = await performingOne()
  await second.connection.query("begin")
  await emit()
  await first.connection.query("begin")
  await wait()
  await second.connection.query("commit")
  await tick()
  await tick()
  await first.connection.query("commit")
  expect(await database.rows("select payload from sluice.event_waits")).toEqual([{ payload: null }])
  await lastTick()
  expect(await database.rows("select payload from sluice.event_waits")).toEqual([{ payload: {} }])
  expect(await isDue(id)).toBe(true) // it runs
})

test("an emit that is rolled back resumes nobody, and another one does", async () => {
  const { second, id, wait, putBack, emit } = await performingOne()
  await wait()
  await putBack()
  await second.connection.query("begin")
  expect(await emit('{"n": 1}')).toBe(1)
  await sluice.emit("e", { n: 2 }) // doesn't wait for the first
  await second.connection.query("rollback")
  await tick()
  expect(await isDue(id)).toBe(true)
  expect(await database.rows("select payload from sluice.event_waits")).toEqual([{ payload: { n: 2 } }])
})

test("a wait that begins after the commit doesn't get the event, though a drainer looks later", async () => {
  const { wait, emit } = await performingOne()
  await emit()
  await wait()
  await lastTick()
  expect(await database.rows("select payload from sluice.event_waits")).toEqual([{ payload: null }])
})

test("a job that comes to its wait again while an emit that ends it isn't committed is put back for a second", async () => {
  const { second, wait, emit } = await performingOne()
  await wait()
  await second.connection.query("begin")
  await emit()
  expect(await wait()).toEqual({ ended: null, remaining_ms: 1_000 })
  await second.connection.query("commit")
  expect(JSON.parse((await wait()).ended)).toEqual({ value: {} })
})

test("a job whose wait is ended while it is canceled doesn't deadlock with the emit", async () => {
  const { second, id, wait, putBack, emit } = await performingOne()
  await wait()
  await putBack()
  await second.connection.query("begin")
  await second.connection.query("select from sluice.jobs where id = $1 for update", [id])
  await emit()
  await second.connection.query("commit")
  await tick()
  expect(await isDue(id)).toBe(true)
})

test("a job that ends while an emit that ends its wait isn't committed is settled, and its wait is forgotten after that", async () => {
  const { first, second, id, wait, emit } = await performingOne()
  await wait()
  await second.connection.query("begin")
  await emit()
  const [{ fence }] = await database.rows("select fence from sluice.jobs where id = $1", [id])
  await first.settle({
    id,
    fence,
    outcome: "discarded",
    error_class: "E",
    error_message: "m",
    charges_attempt: true,
  })
  await second.connection.query("commit")
  expect(await database.rows("select from sluice.event_waits")).toHaveLength(1)
  await tick()
  expect(await database.rows("select from sluice.event_waits")).toEqual([])
})

test("wake after the commit of an emit looks at once", async () => {
  const { second, id, wait, putBack, emit } = await performingOne()
  await second.connection.query("begin")
  await emit()
  await wait()
  await putBack()
  await second.connection.query("commit")
  await createSluice({ database: database.pool, wake: async () => {} }).wake()
  expect(await isDue(id)).toBe(true)
})
