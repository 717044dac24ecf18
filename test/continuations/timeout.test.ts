import { setTimeout as wait } from "node:timers/promises"
import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()

test("each checkpoint begins the timeout anew", async () => {
  const job = defineJob({
    name: "patient",
    timeout: "500ms",
    maxAttempts: 1,
    async perform({ last }: { last: number }, { step, signal }) {
      for (let part = 0; part < 4; part++) {
        await step(`part ${part}`, () => wait(part === 3 ? last : 200, undefined, { signal }))
      }
    },
  })
  const { sluice, drainOnce } = drainable(database, [job])
  const within = await sluice.enqueue(job, { last: 200 })
  const hanging = await sluice.enqueue(job, { last: 5_000 })
  await drainOnce()
  expect(await sluice.getJob(within.id)).toMatchObject({ state: "succeeded" })
  expect(await sluice.getJob(hanging.id)).toMatchObject({
    state: "discarded",
    errors: [{ class: "TimeoutError" }],
  })
})
