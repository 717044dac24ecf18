import { defineJob, drain } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
let work = async (): Promise<void> => {}
const job = defineJob({ name: "job", perform: () => work() })
const { sluice, drainOnce } = drainable(database, [job])

test("a drainer that works is listed with its slot, its pool and the jobs that it holds, and then as one that has closed", async () => {
  const { id } = await job.enqueue({}, { queue: "mail" })
  let seen: unknown
  work = async () => {
    const [drainer] = (await sluice.listDrainers()).drainers
    seen = { drainer, details: drainer && (await sluice.getDrainer(drainer.id)) }
  }
  await drain(sluice, { connect: database.connect, label: "request-1", queues: ["mail"], maxDrainers: 3 })

  const drainer = {
    label: "request-1",
    state: "working",
    slot: 1,
    slots: 3,
    queues: ["mail"],
    except: null,
    names: ["job"],
    held: 1,
    endedAt: null,
    startedAt: expect.any(Date),
  }
  const jobs = [{ id, name: "job", queue: "mail" }]
  expect(seen).toMatchObject({ drainer, details: { ...drainer, jobs } })
  expect(await sluice.listDrainers()).toEqual({ drainers: [] })
  const { drainers } = await sluice.listDrainers({ state: "ended" })
  expect(drainers).toMatchObject([
    { label: "request-1", state: "closed", held: 0, endedAt: expect.any(Date) },
  ])
})

test("a drainer that has waited and then holds jobs works", async () => {
  let states: unknown
  work = async () => {
    await database.pool.query("update sluice.drainers set lingering = true where ended_at is null")
    states = (await sluice.listDrainers()).drainers.map(({ state, held }) => ({ state, held }))
  }
  await job.enqueue({})
  await drainOnce()
  expect(states).toEqual([{ state: "working", held: 1 }])
})

test("a drainer whose session has gone is listed as one that died, also before anybody has found it", async () => {
  await database.pool.query(
    "insert into sluice.drainers (id, slot, backend_pid, label) values (900, 1, 1, 'gone')",
  )
  expect((await sluice.listDrainers()).drainers).toMatchObject([
    { id: 900, state: "died", held: 0, endedAt: null },
  ])
  await drainOnce()
  const { drainers } = await sluice.listDrainers({ state: "ended" })
  expect(drainers.find(({ id }) => id === 900)).toMatchObject({ state: "died", endedAt: expect.any(Date) })
})

test("those that have ended come page by page, the last to end first, each once, also of the same moment", async () => {
  await database.pool.query(`insert into sluice.drainers (id, slot, backend_pid, label, started_at, ended_at, ending)
    select 1000 + n, 1, 1, 'past', now() - interval '1 day', now() + interval '1 hour' * (n / 2), 'closed' from generate_series(0, 6) n`)
  const ids: number[] = []
  let after: string | undefined
  do {
    const page = await sluice.listDrainers({ state: "ended", limit: 3, ...(after && { after }) })
    ids.push(...page.drainers.filter(({ label }) => label === "past").map(({ id }) => id))
    after = page.next
  } while (after)
  expect(ids).toEqual([1006, 1005, 1004, 1003, 1002, 1001, 1000])
})

test("a drainer is listed with the invocation that it is, and once it has ended with what it has settled, and why", async () => {
  work = async () => {}
  await sluice.enqueueMany([{ name: "job" }, { name: "job" }])
  const invocation = { requestId: "request-2", functionName: "shop-drain", memoryMb: 512, version: "a1b2c3" }
  await drain(sluice, { connect: database.connect, label: "request-2", invocation })
  const { drainers } = await sluice.listDrainers({ state: "ended" })
  expect(drainers.find(({ label }) => label === "request-2")).toMatchObject({
    invocation,
    settled: 2,
    endReason: "out_of_work",
  })
  expect(drainers.find(({ id }) => id === 900)).toMatchObject({
    invocation: null,
    settled: null,
    endReason: null,
  })
})

test("what can't be a place or an id is refused", async () => {
  await expect(sluice.listDrainers({ after: "1" })).rejects.toThrow(/after is "1": give the last `next`/)
  await expect(sluice.listDrainers({ after: "1-4294967296" })).rejects.toThrow(/the last `next`/)
  await expect(sluice.listDrainers({ state: "dead" as never })).rejects.toThrow(/"alive" or "ended"/)
  await expect(sluice.getDrainer(0)).rejects.toThrow(/a whole number from 1/)
  expect(await sluice.getDrainer(77_777)).toBeUndefined()
})
