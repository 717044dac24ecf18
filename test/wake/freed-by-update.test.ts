import { afterEach, expect, test } from "vitest"
import { countWakes } from "./wakes.ts"

const { database, sluice, counter } = await countWakes()
afterEach(() => database.pool.query("truncate sluice.jobs"))

test.each([
  ["updateJob", (id: string) => sluice.updateJob(id, { delay: "1h" })],
  ["updateJobs", () => sluice.updateJobs({ tag: "first" }, { delay: "1h" })],
  ["cancelJob", (id: string) => sluice.cancelJob(id)],
  ["cancelJobs", () => sluice.cancelJobs({ tag: "first" })],
])("%s wakes a drainer for the job that gets the place of the changed one", async (_verb, act) => {
  const options = { concurrencyKey: "k" }
  const first = await sluice.enqueue("noop", {}, { ...options, tags: ["first"] })
  const second = await sluice.enqueue("noop", {}, options)
  await database.pool.query("update sluice.jobs set state = 'blocked' where id = $1", [second.id])
  await database.pool.query("update sluice.wake_requests set requested_at = '-infinity'")
  counter.wakes = 0
  await act(first.id)
  expect(await sluice.getJob(second.id)).toMatchObject({ state: "ready" })
  expect(counter.wakes).toBe(1)
})
