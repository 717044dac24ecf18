import { type Chain, shouldHandOver } from "@sluice/aws"
import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { cuttable } from "./cuts.ts"

const chain: Chain = { source: "sluice.chain", chainId: "first", hop: 0 }

test("a drain in which a job only got further hands over at once, one in which it did not leaves it to the schedule", async () => {
  const database = await createDatabase()
  const job = defineJob({
    name: "job",
    async perform({ batches }: { batches: number }, { cursor, signal }) {
      let done = 0
      await cursor("rows", 0, async (position) => {
        if (done++ < batches) return position + 1
        await cut(signal)
        signal.throwIfAborted()
      })
    },
  })
  const { drainUntilCut, cut } = cuttable(database, [job])
  const withoutBell = { succeeded: 0 } // it belongs to the test, and has succeeded

  await job.enqueue({ batches: 2 })
  const further = { ...(await drainUntilCut()), ...withoutBell }
  expect(further).toMatchObject({ snoozed: 1, checkpoints: 2, retried: 0, discarded: 0, dueWork: true })
  expect(shouldHandOver(further, chain)).toBe(true)

  await database.pool.query("delete from sluice.jobs")
  await job.enqueue({ batches: 0 })
  const noFurther = { ...(await drainUntilCut()), ...withoutBell }
  expect(noFurther).toMatchObject({ snoozed: 1, checkpoints: 0, retried: 0, discarded: 0, dueWork: true })
  expect(shouldHandOver(noFurther, chain)).toBe(false)
})
