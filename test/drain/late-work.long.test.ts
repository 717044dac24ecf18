import { type Chain, nextInChain, shouldHandOver } from "@sluice/aws"
import { type Duration, defineJob, type EnqueueOptions } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
const { sluice, drainOnce } = drainable(database, [defineJob({ name: "job", perform() {} })])
const chain: Chain = { source: "sluice.chain", chainId: "first", hop: 0 }

test("a drain that did nothing hands over what came after its last look", async () => {
  const summary = await drainWhileOneComes({})
  expect(summary).toMatchObject({ claimed: 0, dueWork: true, lateWork: true })
  expect(shouldHandOver(summary, chain)).toBe(true)

  expect(await drainOnce()).toMatchObject({ succeeded: 1, dueWork: false, lateWork: false })
})

test("it hands over what is about to be due, if drainers wait for that", async () => {
  const summary = await drainWhileOneComes({ delay: "900ms" })
  expect(summary).toMatchObject({ dueWork: false, lateWork: true })
  expect(shouldHandOver(summary, chain)).toBe(true)
  await database.pool.query("truncate sluice.jobs")

  expect(await drainWhileOneComes({ delay: "900ms" }, "0s")).toMatchObject({ lateWork: false })
  await database.pool.query("truncate sluice.jobs")
})

test("a chain of drains that do nothing ends all the same", async () => {
  const summary = await drainWhileOneComes({})
  let last = chain
  let hops = 0
  for (; shouldHandOver(summary, last); hops++) last = nextInChain(last, summary)
  expect(hops).toBe(3)
  expect(nextInChain(last, { ...summary, succeeded: 1 })).toMatchObject({ hop: 4, fruitless: 0 })
  await database.pool.query("truncate sluice.jobs")
})

test("work that is left because the time was up isn't late", {
  retry: 2, // on a machine so busy that a statement takes longer than that
}, async () => {
  await database.pool.query("truncate sluice.jobs")
  await sluice.enqueue("job", {})
  const summary = await drainOnce({ remainingMs: () => 500 }) // all of it is margin
  expect(summary).toMatchObject({ claimed: 0, dueWork: true, lateWork: false })
  expect(shouldHandOver(summary, chain)).toBe(false)
})

/** A job is stored between the drain's last look for work and the one with which it ends. */
function drainWhileOneComes(options: EnqueueOptions, linger: Duration = "1ms") {
  return drainOnce({
    linger,
    async connect() {
      const connection = await database.connect()
      const query = connection.query.bind(connection)
      return Object.assign(connection, {
        async query(statement: never, values: unknown[]) {
          if (JSON.stringify(statement).includes("close_drainer")) await sluice.enqueue("job", {}, options)
          return query(statement, values)
        },
      })
    },
  })
}
