import { defineJob } from "@sluice/core"
import { createApp } from "@sluice/http"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase({ settings: { default_transaction_read_only: "on" } })
const { sluice, drainOnce } = drainable(database, [defineJob({ name: "noop", perform() {} })])

test("where transactions are read-only by default, an enqueue fails for that reason, said once, and reading works", async () => {
  await expect(sluice.enqueue("noop", {})).rejects.toMatchObject({
    code: "database_unavailable",
    message: "The database takes no writes: cannot execute INSERT in a read-only transaction",
  })
  expect(await sluice.listQueues()).toEqual([])
  expect(await drainOnce()).toMatchObject({ dueWork: false })
})

test("the API answers 503, and logs a line without a stack", async () => {
  const lines: [string, object | undefined][] = []
  const note = (message: string, details?: object) => void lines.push([message, details])
  const log = { debug() {}, info() {}, warn: note, error: note }
  const apiKey = "a-key-that-is-long-enough-for-the-tests"
  const app = createApp({ sluice, apiKey, log })
  const response = await app.request("/v1/jobs", {
    method: "POST",
    headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({ name: "noop" }),
  })
  expect(response.status).toBe(503)
  expect(lines).toEqual([
    [
      "POST /v1/jobs failed: The database takes no writes: cannot execute INSERT in a read-only transaction",
      { instance: expect.any(String), correlationId: expect.any(String) },
    ],
  ])
})
