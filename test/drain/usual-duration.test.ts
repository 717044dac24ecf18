import { setTimeout as wait } from "node:timers/promises"
import { assertTimeoutsFit, defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { countdown, drainable } from "../support/drain.ts"

test("a job without a timeout is begun only while what its history says still fits", async () => {
  const database = await createDatabase()
  const { sluice, drainOnce } = drainable(database, [
    defineJob({ name: "steady", perform: () => wait(400) }),
    defineJob({ name: "new", perform() {} }),
  ])
  await sluice.enqueueMany(Array.from({ length: 12 }, () => ({ name: "steady" })))
  expect(await drainOnce()).toMatchObject({ succeeded: 12 })
  const [{ usual }] = await database.rows(
    "select sluice.duration_percentile(durations, 0.99) as usual from sluice.definitions where name = 'steady'",
  )
  expect(usual).toBeGreaterThanOrEqual(400)

  // an invocation of 1.6 seconds, of which less than the usual time is left when it first claims; a job that nothing is
  // known of asks for a quarter of the whole
  const left = [1_600, 1_600, 500 + usual - 10]
  await sluice.enqueue("steady", {})
  await sluice.enqueue("new", {})
  expect(await drainOnce({ remainingMs: () => left.shift() ?? 500 + usual - 10 })).toMatchObject({
    dueWork: true,
  })
  expect(await database.rows("select name from sluice.jobs")).toContainEqual({ name: "steady" })
  expect(await drainOnce({ remainingMs: countdown(4_000) })).toMatchObject({ dueWork: false })
})

test("a definition whose timeout can never fit into the function is refused by name, with what to do", () => {
  const long = defineJob({ name: "export", timeout: "20m", perform() {} })
  const short = defineJob({ name: "mail", timeout: "30s", perform() {} })
  expect(() => assertTimeoutsFit([short, long], 15 * 60_000)).toThrow(
    `The job "export" has a timeout of 20m, but this function's timeout of 900 s leaves jobs at most 895 s`,
  )
  expect(() => assertTimeoutsFit([short], 15 * 60_000)).not.toThrow()
})
