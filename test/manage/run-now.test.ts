import { createSluice, defineJob, drain, type Sluice } from "@sluice/core"
import { expect, test } from "vitest"
import { openSession } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const jobs = [
  defineJob({ name: "noop", perform() {} }),
  defineJob({
    name: "fails",
    backoff: { base: "1h" },
    perform(_payload, { attempt }) {
      if (attempt === 1) throw new Error("once")
    },
  }),
  defineJob({ name: "sleeps", perform: (_payload, { sleep }) => sleep("3d") }),
]
let wakes = 0
const sluice: Sluice = createSluice({ database: database.pool, jobs, wake: async () => void wakes++ })
const drainOnce = () => drain(sluice, { connect: database.connect })

test.each(["noop", "fails", "sleeps"])("a scheduled job is performed at once: %s", async (name) => {
  const { id } = await sluice.enqueue(name, {}, name === "noop" ? { delay: "1h" } : {})
  await drainOnce()
  expect(await sluice.getJob(id)).toMatchObject({ state: "scheduled" })
  wakes = 0
  expect(await sluice.runJobNow(id)).toEqual({ id, state: "ready" })
  expect(wakes, "a drainer is invoked, as by an enqueue").toBe(1)
  await drainOnce()
  expect(await sluice.getJob(id)).toMatchObject({ state: "succeeded" })
})

test("a job that is due already stays as it is, also if it is blocked", async () => {
  const [first, second] = await sluice.enqueueMany(
    Array.from({ length: 2 }, () => ({ name: "noop", options: { concurrencyKey: "full" } })),
  )
  for (const [job, state] of [
    [first, "ready"],
    [second, "blocked"],
  ] as const) {
    const id = job?.id as string
    const before = await sluice.getJob(id)
    expect(await sluice.runJobNow(id)).toEqual({ id, state })
    expect(await sluice.getJob(id)).toEqual(before)
  }
})

test("a job on a paused queue, a running one and a finished one are refused", async () => {
  await sluice.pauseQueue("asleep")
  for (const delay of [0, "1h"] as const) {
    const { id } = await sluice.enqueue("noop", {}, { queue: "asleep", delay })
    await expect(sluice.runJobNow(id)).rejects.toMatchObject({
      code: "queue_paused",
      message: `Job ${id} is on a paused queue: resume that first`,
    })
  }
  const session = await openSession(database)
  const { id } = await sluice.enqueue("noop", {})
  await session.claim("noop")
  await expect(sluice.runJobNow(id)).rejects.toMatchObject({ code: "job_running" })
  await session.end()
  await drainOnce()
  await expect(sluice.runJobNow(id)).rejects.toMatchObject({ code: "job_finished" })
})
