import { setTimeout as wait } from "node:timers/promises"
import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()

test("a job whose input is checked only after its timeout isn't begun any more", async () => {
  let isSlow = false
  let performed = 0
  const checked = Promise.withResolvers<void>()
  const job = defineJob({
    name: "job",
    timeout: "200ms",
    input: {
      "~standard": {
        version: 1,
        vendor: "test",
        async validate(value: unknown) {
          if (isSlow) await wait(600).then(() => checked.resolve())
          return { value }
        },
      },
    },
    perform() {
      performed++
    },
  })
  const { sluice, drainOnce } = drainable(database, [job])
  await sluice.enqueue("job", {})
  isSlow = true
  expect(await drainOnce()).toMatchObject({ retried: 1 })
  await checked.promise
  expect(performed).toBe(0)
})
