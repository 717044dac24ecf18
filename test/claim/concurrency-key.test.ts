import { setTimeout as wait } from "node:timers/promises"
import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

test("over three drainers, jobs of one key never run more at once than their limit, and all of them run", async () => {
  const database = await createDatabase()
  const running = new Map<string, number>()
  const most = new Map<string, number>()
  const job = defineJob({
    name: "charge",
    concurrency: { key: ({ account }: { account: string }) => account, limit: 2 },
    async perform({ account }: { account: string }) {
      const now = (running.get(account) ?? 0) + 1
      running.set(account, now)
      most.set(account, Math.max(now, most.get(account) ?? 0))
      await wait(5)
      running.set(account, (running.get(account) ?? 0) - 1)
    },
  })
  const { sluice, drainOnce } = drainable(database, [job])
  const accounts = ["ada", "ben", "cyd"]
  // together in one call, and one by one
  const jobs = Array.from({ length: 60 }, (_, index) => ({
    name: "charge",
    payload: { account: accounts[index % 3] },
  }))
  await sluice.enqueueMany(jobs)
  for (const account of [...accounts, ...accounts]) await job.enqueue({ account })

  let succeeded = 0
  while (succeeded < 66) {
    const summaries = await Promise.all([drainOnce(), drainOnce(), drainOnce()])
    const settled = summaries.reduce((sum, summary) => sum + summary.succeeded, 0)
    expect(settled, "progress").toBeGreaterThan(0)
    succeeded += settled
  }

  expect([...most.values()]).toEqual([2, 2, 2])
  expect(await database.rows("select count(*)::int from sluice.permits")).toEqual([{ count: 0 }])
  expect(await database.rows("select count(*)::int from sluice.jobs")).toEqual([{ count: 0 }])
})

test("blocked jobs are not in the claim's way", async () => {
  const database = await createDatabase()
  const { sluice } = drainable(database, [defineJob({ name: "noop", perform() {} })])
  const blocked = Array.from({ length: 5_000 }, () => ({ name: "noop", options: { concurrencyKey: "one" } }))
  await sluice.enqueueMany(blocked)

  expect(await database.rows("select state, count(*)::int from sluice.jobs group by 1 order by 1")).toEqual([
    { state: "blocked", count: 4_999 },
    { state: "ready", count: 1 },
  ])
})

test("jobs of several names share the limit of their key", async () => {
  const database = await createDatabase()
  let running = 0
  let most = 0
  const perform = async () => {
    running++
    most = Math.max(most, running)
    await wait(5)
    running--
  }
  const names = ["move", "rebundle"]
  const { sluice, drainOnce } = drainable(
    database,
    names.map((name) => defineJob({ name, perform })),
  )
  const options = { concurrencyKey: "contact/7" }
  await sluice.enqueueMany([...names, ...names, ...names].map((name) => ({ name, options })))

  expect(await drainOnce()).toMatchObject({ succeeded: 6 })
  expect(most).toBe(1)
})
