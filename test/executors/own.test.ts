import { defineJob, type Executor } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

test("an executor of one's own performs, and is ended with the drain", async () => {
  let open = false
  const executor: Executor = {
    async perform(payload, { attempt }) {
      open = true
      return { payload, attempt }
    },
    async end() {
      open = false
    },
  }
  const { sluice, drainOnce } = drainable(await createDatabase(), [defineJob({ name: "own", executor })])
  const { id } = await sluice.enqueue("own", { a: 1 })
  expect(await drainOnce()).toMatchObject({ succeeded: 1 })
  expect(await sluice.getJob(id)).toMatchObject({ result: { payload: { a: 1 }, attempt: 1 } })
  expect(open).toBe(false)
})

test("an executor that can't be closed is reported in the log, and the drain ends anyway", async () => {
  const warnings: unknown[] = []
  const executor: Executor = {
    perform: async () => {},
    end() {
      throw new Error("stuck")
    },
  }
  // the database's own end fails this file if the drainer's session is left
  const { sluice, drainOnce } = drainable(await createDatabase(), [defineJob({ name: "own", executor })])
  await sluice.enqueue("own", {})
  const log = { ...console, warn: (message: string) => void warnings.push(message) }
  expect(await drainOnce({ log })).toMatchObject({ succeeded: 1 })
  expect(warnings).toEqual(["An executor could not be closed"])
})
