import { defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { drainable } from "../support/drain.ts"

const database = await createDatabase()
let message = ""
const { sluice, drainOnce } = drainable(database, [
  defineJob({
    name: "fail",
    maxAttempts: 1,
    perform() {
      throw new Error(message)
    },
  }),
])

async function patternOf(one: string): Promise<string | undefined> {
  await database.rows("truncate sluice.failures")
  message = one
  await sluice.enqueue("fail", {})
  await drainOnce()
  return (await sluice.listErrors()).groups[0]?.pattern
}

test.each([
  ["No user 42", "No user ‹number›"],
  ["took 1,234.5 ms of 30s", "took ‹number› ms of ‹number›s"],
  [
    'Key (email)=(ada@example.org) of "users" already exists',
    "Key (email)=(‹email›) of ‹text› already exists",
  ],
  ["can't read 'a file' of the user's", "can't read ‹text› of the user's"],
  ["job 018f3c2e-7a1b-7c3d-9e4f-0a1b2c3d4e5f is gone", "job ‹id› is gone"],
  ["connect ECONNREFUSED 10.0.3.17:5432", "connect ECONNREFUSED ‹address›"],
  ["GET https://api.example.org/v1/users/17?key=a returned 503", "GET ‹url› returned ‹number›"],
  ["due at 2026-11-30T11:50:22.123Z, commit 9f86d08", "due at ‹time›, commit ‹id›"],
  ["cus_9s6XKzkNRiz8i3Xk has no card", "‹id› has no card"],
  ["added a decade of facade", "added a decade of facade"],
])("the message %j is told without its values", async (given, pattern) => {
  expect(await patternOf(given)).toBe(pattern)
})

test("a message of 100 KB is grouped in no time", async () => {
  const startedAtMs = performance.now()
  expect(await patternOf(`${"a'b\"c ".repeat(20_000)}1`)).toBeDefined()
  expect(performance.now() - startedAtMs).toBeLessThan(2_000)
})
