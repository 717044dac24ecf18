import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { openSession } from "../settle/session.ts"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"
import { eventually } from "../support/eventually.ts"

test("when long jobs follow short ones, those that a drainer has claimed ahead are left to others", async () => {
  const database = await createDatabase()
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const { sluice, drainOnce } = drainable(database, [
    defineJob({ name: "short", perform() {} }),
    defineJob({ name: "long", perform: () => released }),
  ])
  await sluice.enqueueMany(Array.from({ length: 1_500 }, () => ({ name: "short" })))
  await sluice.enqueueMany(Array.from({ length: 400 }, () => ({ name: "long" })))
  const drained = drainOnce({ concurrency: 20 })
  await eventually(async () =>
    expect(await database.rows("select count(*)::int from sluice.finished")).toEqual([{ count: 1_500 }]),
  )

  const other = await openSession(database)
  let left = 0
  await eventually(async () => {
    left += (await other.claim("long")).length
    expect(left, "of 400 long jobs, all but those that run").toBe(380)
  })
  await other.end()
  release()
  const summary = await drained
  expect(summary).toMatchObject({ succeeded: 1_900, lost: 0 })
  expect(summary.claimed - summary.released).toBe(1_900)
  // the other one's end was a death; nothing that was given back is laid to this drainer
  expect(await database.rows("select distinct drainer_id from sluice.failures")).toEqual([
    { drainer_id: other.drainerId },
  ])
})

// on a busy machine a claim may come between the count and the urgent job
test("an urgent job gets the next free place, before jobs that were claimed ahead of it", {
  retry: 2,
}, async () => {
  const database = await createDatabase()
  const order: string[] = []
  const releases: (() => void)[] = []
  const { sluice, drainOnce } = drainable(database, [
    defineJob({ name: "short", perform() {} }),
    defineJob({
      name: "long",
      perform(_payload, { signal }) {
        order.push("long")
        return new Promise<void>((resolve) => {
          releases.push(resolve)
          signal.addEventListener("abort", () => resolve())
        })
      },
    }),
    defineJob({ name: "urgent", perform: () => void order.push("urgent") }),
  ])
  await sluice.enqueueMany(Array.from({ length: 1_500 }, () => ({ name: "short" })))
  await sluice.enqueueMany(Array.from({ length: 400 }, () => ({ name: "long" })))
  const stop = new AbortController()
  const drained = drainOnce({ concurrency: 20, signal: stop.signal })
  const counts = `select (select count(*) from sluice.finished)::int as done,
                         (select count(*) from sluice.claims c, unnest(c.job_ids) h (id), sluice.jobs j where j.id = h.id)::int as held`
  await eventually(async () => expect(await database.rows(counts)).toEqual([{ done: 1_500, held: 20 }]))
  await sluice.enqueue("urgent", {}, { priority: -100 })
  releases.shift()?.()
  await eventually(() => expect(order.length).toBeGreaterThan(20))

  expect(order[20]).toBe("urgent")
  stop.abort()
  await drained
})
