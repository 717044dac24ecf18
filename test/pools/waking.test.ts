import { createSluice, type DrainOptions, defineJob, drain, type EnqueueOptions } from "@sluice/core"
import { beforeEach, expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { eventually } from "../support/eventually.ts"

const database = await createDatabase()
const woken: string[][] = []
const wake = async (queues: readonly string[]) => void woken.push([...queues])
let release: (() => void) | undefined
const job = defineJob({ name: "job", perform() {} })
const hold = defineJob({ name: "hold", perform: () => new Promise<void>((resolve) => (release = resolve)) })
const sluice = createSluice({ database: database.pool, wake, jobs: [job, hold] })
const drainOnce = (options: Partial<DrainOptions>) => drain(sluice, { connect: database.connect, ...options })
const HEAVY = { queues: ["heavy"] }
const LIGHT = { except: ["heavy"] }

beforeEach(async () => {
  woken.length = 0
  release = undefined
  await database.pool.query(
    "truncate sluice.jobs, sluice.wake_requests, sluice.wake_ups, sluice.drainers, sluice.pooled_queues",
  )
  await Promise.all([drainOnce(HEAVY), drainOnce(LIGHT)]) // so that the queues of pools are known
})

test("a job wakes its pool, though another is awake that knows it; once until a drainer of the pool comes", async () => {
  const light = await atWork(LIGHT)
  await sluice.enqueue("job", {})
  expect(woken).toEqual([])
  await sluice.enqueue("job", {}, { queue: "heavy" })
  await sluice.enqueueMany([{ name: "job" }, { name: "job", options: { queue: "heavy" } }])
  expect(woken).toEqual([["heavy"]])

  await drainOnce(HEAVY)
  await sluice.enqueue("job", {}, { queue: "heavy" })
  expect(woken).toEqual([["heavy"], ["heavy"]])
  await light.end()
})

test("queues that no pool names are one: a burst over many of them invokes one drainer", async () => {
  await sluice.enqueueMany([{ name: "job" }, { name: "job", options: { queue: "heavy" } }])
  for (const queue of ["a", "b", "c"]) await sluice.enqueue("job", {}, { queue })
  expect(woken.map((queues) => queues.toSorted())).toEqual([["default", "heavy"]])
})

test("a job that is moved to the queue of another pool wakes that one", async () => {
  const light = await atWork(LIGHT)
  const { id } = await sluice.enqueue("job", {}, { delay: "1h" })
  await sluice.updateJob(id, { queue: "heavy", delay: 0 })
  expect(woken).toEqual([["heavy"]])
  await light.end()
})

test("a drainer that frees a key wakes the pool of the job behind it, at its end", async () => {
  const light = await atWork(LIGHT, { concurrencyKey: "one" })
  await sluice.enqueue("job", {}, { concurrencyKey: "one", queue: "heavy" })
  expect(await drainOnce(HEAVY), "it is blocked").toMatchObject({ claimed: 0, dueWork: false })
  woken.length = 0
  expect(await light.end()).toMatchObject({ succeeded: 1, dueWork: false })
  expect(woken).toEqual([["heavy"]])
  expect(await drainOnce(HEAVY)).toMatchObject({ succeeded: 1 })
})

test("only drainers that serve a job's queue are notified of it", async () => {
  const heavy = await atWork(HEAVY)
  await database.pool.query("update sluice.drainers set lingering = true where ended_at is null")
  const listener = await database.connect()
  let notifications = 0
  listener.on("notification", () => notifications++)
  await listener.query("listen sluice")
  await sluice.enqueue("job", {})
  await sluice.enqueueMany([{ name: "job" }])
  await sluice.enqueue("job", {}, { queue: "heavy" })
  await eventually(() => expect(notifications).toBeGreaterThan(0))
  await listener.query("select 1")
  expect(notifications).toBe(1)
  await listener.end()
  await heavy.end()
})

test("each pool has a wake-up of its own, late for its own jobs", async () => {
  const setFor: Record<string, (Date | undefined)[]> = { heavy: [], light: [] }
  const setWakeUp = (pool: string) => async (at: Date | undefined) => void setFor[pool]?.push(at)
  const light = await atWork(LIGHT)
  await job.enqueue({}, { queue: "heavy", delay: "30m" })
  await job.enqueue({}, { delay: "10m" })
  await drainOnce({ ...HEAVY, setWakeUp: setWakeUp("heavy") })
  expect(minutesUntil(setFor.heavy?.[0]), "though the other pool's drainer is awake").toBeCloseTo(30, 0)
  await light.end()
  await drainOnce({ ...LIGHT, setWakeUp: setWakeUp("light") })
  expect(minutesUntil(setFor.light?.[0])).toBeCloseTo(10, 0)

  await sluice.enqueue("job", {}, { queue: "heavy", delay: "40m" })
  await sluice.enqueue("job", {}, { delay: "20m" })
  expect(woken).toEqual([])
  await sluice.enqueue("job", {}, { queue: "heavy", delay: "20m" })
  expect(woken).toEqual([["heavy"]])
})

test("a pool has help for its own backlog, and counts its own drainers", async () => {
  const heavy = await atWork(HEAVY)
  const light = await atWork(LIGHT)
  await database.pool.query(
    "insert into sluice.jobs (name, queue, state) select 'job', 'heavy', 'ready' from generate_series(1, 50)",
  )
  await database.pool.query("update sluice.drainers set scaled_out_at = null")
  const wanted = async (pool: string) =>
    (
      await database.rows(
        `select sluice.plan_scale_out(d.id, '{job}', 10, 3, $1) as wanted from sluice.drainers d where d.ended_at is null and d.pool = $1`,
        [pool],
      )
    )[0].wanted
  expect(await wanted("({heavy},t,)")).toBe(0)
  expect(await wanted("({heavy},f,)")).toBe(1)
  await database.pool.query("delete from sluice.jobs where queue = 'heavy' and name = 'job'")
  await Promise.all([heavy.end(), light.end()])
})

function minutesUntil(at: Date | undefined): number {
  return ((at?.getTime() ?? 0) - Date.now()) / 60_000
}

/** A drainer of a pool that performs a job until it is told to end. */
async function atWork(pool: typeof HEAVY | typeof LIGHT, options: EnqueueOptions = {}) {
  const queue = "queues" in pool ? "heavy" : "default"
  release = undefined
  await createSluice({ database: database.pool }).enqueue("hold", {}, { ...options, queue })
  const drained = drainOnce(pool)
  await eventually(() => expect(release).toBeDefined())
  const end = release as (() => void) | undefined
  return {
    end() {
      end?.()
      return drained
    },
  }
}
