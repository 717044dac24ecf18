import { type Connection, defineJob, SCHEMA_VERSION } from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"
import { countWakes } from "./wakes.ts"

const { database, sluice, counter } = await countWakes()

beforeEach(async () => {
  counter.wakes = 0
  await database.pool.query("truncate sluice.jobs, sluice.wake_requests, sluice.wake_ups, sluice.drainers")
})

test("a drainer that doesn't know a job isn't awake for it", async () => {
  const session = await openBundle("theirs")
  await sluice.enqueue("theirs", {})
  expect(counter.wakes).toBe(0)
  await sluice.enqueue("mine", {})
  expect(counter.wakes).toBe(1)
  await database.pool.query("truncate sluice.wake_requests")
  await sluice.enqueueMany([{ name: "theirs" }, { name: "mine" }])
  expect(counter.wakes).toBe(2)
  await session.end()
})

test("a drainer that was woken for one name doesn't keep another name from waking one", async () => {
  await sluice.enqueue("theirs", {})
  await sluice.enqueue("mine", {})
  await sluice.enqueue("theirs", {})
  expect(counter.wakes).toBe(2)

  const session = await openBundle("theirs") // it has come: for its own jobs alone
  await session.end()
  await sluice.enqueue("mine", {})
  expect(counter.wakes).toBe(2)
  await sluice.enqueue("theirs", {})
  expect(counter.wakes).toBe(3)
})

test("after a transaction `wake` looks for what waits and nobody awake knows", async () => {
  const session = await openBundle("theirs")
  const client = await database.pool.connect()
  await sluice.enqueue("theirs", {}, { transaction: client })
  await sluice.wake()
  expect(counter.wakes).toBe(0)
  await sluice.enqueue("mine", {}, { transaction: client })
  client.release()
  await sluice.wake()
  expect(counter.wakes).toBe(1)
  await session.end()
})

test("a drainer that has no time left for a job isn't awake for it, and still is for others", async () => {
  let release: (() => void) | undefined
  const hold = defineJob({
    name: "hold",
    timeout: "10s",
    perform: () => new Promise<void>((resolve) => (release = resolve)),
  })
  const long = defineJob({ name: "long", timeout: "20s", perform() {} })
  const { drainOnce } = drainable(database, [hold, long])
  await sluice.enqueue("hold", {})
  counter.wakes = 0
  let remainingMs = 40_000
  const drained = drainOnce({ remainingMs: () => remainingMs, linger: "1ms" })
  await eventually(() => expect(release).toBeDefined())
  await sluice.enqueue("long", {}, { delay: "1h" })
  remainingMs = 15_000
  await eventually(async () =>
    expect(await database.rows("select names from sluice.drainers")).toEqual([{ names: ["hold"] }]),
  )

  await sluice.enqueue("hold", {}, { runAt: new Date(Date.now() + 3_600_000) })
  expect(counter.wakes).toBe(0)
  await sluice.enqueue("long", {})
  expect(counter.wakes).toBe(1)
  release?.()
  expect(await drained).toMatchObject({ succeeded: 1, dueWork: true, lateWork: false })
})

test("a drainer that doesn't know the backlog is no help with it", async () => {
  const [mine, theirs] = [await openBundle("mine"), await openBundle("theirs")]
  await sluice.enqueueMany(Array.from({ length: 150 }, () => ({ name: "mine" })))
  const [{ id }] = await database.rows("select id from sluice.drainers where names = '{mine}'")
  const { rows } = await mine.query("select sluice.plan_scale_out($1, '{mine}', 100, 10) as wanted", [id])
  expect(rows).toEqual([{ wanted: 1 }])
  await Promise.all([mine.end(), theirs.end()])
})

test("the wake-up of idle mode is set, and late, for the jobs of those who know them", async () => {
  const theirs = await openBundle("theirs")
  const mine = drainable(database, [defineJob({ name: "mine", perform() {} })])
  const setFor: (Date | undefined)[] = []
  const setWakeUp = async (at: Date | undefined) => void setFor.push(at)
  await mine.drainOnce({ setWakeUp })
  expect(setFor, "though another one is awake").toEqual([undefined])

  await theirs.query("select sluice.remember_wake_up(now() + interval '1 minute', '{theirs}')")
  const late = "select sluice.kinds_late(array[('mine', 'default')::sluice.job_kind]) <> '{}' as late"
  const isLate = async () => (await database.rows(late))[0].late
  await sluice.enqueue("theirs", {}, { delay: "30s" })
  expect(await isLate()).toBe(false)
  await sluice.enqueue("mine", {}, { delay: "1h" })
  expect(await isLate()).toBe(true)

  // a version that doesn't know the other's jobs keeps what that one has set for them
  await mine.drainOnce({ setWakeUp })
  expect((setFor[1] as Date).getTime() - Date.now()).toBeLessThan(61_000)
  await theirs.end()
})

/** A session that drains for a bundle with these jobs. */
async function openBundle(...names: string[]): Promise<Connection> {
  const session = await database.connect()
  const definitions = JSON.stringify(names.map((name) => ({ name })))
  await session.query(
    "select * from sluice.open_drainer(p_schema_version => $1, p_max_drainers => 10, p_label => 'test', p_definitions => $2)",
    [SCHEMA_VERSION, definitions],
  )
  return session
}
