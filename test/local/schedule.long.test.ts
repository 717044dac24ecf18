import { parseRate, startSchedule } from "@sluice/local"
import { expect, onTestFinished, test } from "vitest"
import { startTestHost, waitFor } from "./support.ts"

const { host, lines } = await startTestHost({ printEvent: {} })

test("rates are read as EventBridge reads them, and in seconds too", () => {
  expect(parseRate("rate(1 minute)")).toBe(60_000)
  expect(parseRate("rate(5 seconds)")).toBe(5_000)
  expect(parseRate(" rate(2 hours) ")).toBe(7_200_000)
  expect(parseRate("rate(1 day)")).toBe(86_400_000)
})

test.each([
  ["rate(0 minutes)", "give a rate"],
  ["rate(1 minutes)", 'EventBridge requires "rate(1 minute)"'],
  ["rate(5 minute)", 'EventBridge requires "rate(5 minutes)"'],
  ["rate(1.5 minutes)", "give a rate"],
  ["5 minutes", "give a rate"],
  ["cron(0 * * * ? *)", "cron expressions are not supported locally"],
])("%s is refused", (expression, advice) => {
  expect(() => parseRate(expression)).toThrow(advice)
  expect(() => parseRate(expression)).toThrow(JSON.stringify(expression))
  expect(() => startSchedule({ host, functionName: "printEvent", expression })).toThrow(advice)
})

test("the first tick is at once and the next after the period, with EventBridge's event", async () => {
  const startedAt = Date.now()
  const schedule = startSchedule({ host, functionName: "printEvent", expression: "rate(3 seconds)" })
  onTestFinished(() => schedule.stop())
  const printed = () => lines.filter((line) => line.startsWith("[printEvent] "))
  await waitFor("the first tick", () => printed().length === 1)
  expect(Date.now() - startedAt).toBeLessThan(3_000)
  expect(JSON.parse(printed()[0]?.slice("[printEvent] ".length) ?? "")).toEqual({
    version: "0",
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    "detail-type": "Scheduled Event",
    source: "aws.events",
    account: "000000000000",
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    region: "us-east-1",
    resources: ["arn:aws:events:us-east-1:000000000000:rule/printEvent"],
    detail: {},
  })
  await waitFor("the second tick", () => printed().length === 2)
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(3_000)
})
