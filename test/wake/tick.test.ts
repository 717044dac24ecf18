import { createDrainHandler } from "@sluice/aws"
import { createSluice, defineJob } from "@sluice/core"
import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"

const database = await createDatabase()
const jobs = [defineJob({ name: "job", perform() {} })]
let looks = 0
const handler = createDrainHandler({
  sluice: createSluice({ database: database.pool, jobs }),
  log: { debug() {}, info() {}, warn() {}, error() {} },
  async connect() {
    const connection = await database.connect()
    const query = connection.query.bind(connection)
    return Object.assign(connection, {
      query(statement: never, values: unknown[]) {
        if (JSON.stringify(statement).includes(".claim(")) looks++
        return query(statement, values)
      },
    })
  },
})
const context = {
  awsRequestId: "request",
  invokedFunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:drain",
  getRemainingTimeInMillis: () => 60_000,
} as Parameters<typeof handler>[1]

test.each([
  ["the schedule", { source: "aws.scheduler" }],
  ["the wake-up of idle mode", { source: "sluice.wake-up" }],
  ["a hand-over", { source: "sluice.chain", chainId: "first", hop: 1 }],
  ["a person", {}],
])("an invocation by %s that finds nothing looks once and ends", async (_, event) => {
  looks = 0
  expect(await handler(event, context)).toMatchObject({ slot: 1, claimed: 0, phases: { performMs: 0 } })
  expect(looks).toBe(1)
})

test("one by an enqueue waits for more, because others may follow", async () => {
  looks = 0
  await handler({ source: "sluice.wake" }, context)
  expect(looks).toBeGreaterThan(1)
})
