import { expect, test } from "vitest"
import { FAULTS } from "./faults.ts"
import { runExactness, type Size } from "./run.ts"

/** `npm run exactness` sets it, and plants the faults, too. */
const seconds = Number(process.env.SLUICE_EXACTNESS_SECONDS ?? 0)

const SHORT: Size = { seconds: 12, drainers: 5, schedules: 10, batches: 120, waits: 150, workflows: 40 }
const LONG: Size = { seconds, drainers: 8, schedules: 10, batches: 200, waits: 500, workflows: 200 }

const timeout = (seconds + 300) * 1_000

test("while drainers are killed, each tick, callback, answer and step comes once, and nothing waits for what has happened", {
  timeout,
}, async () => {
  const report = await runExactness(seconds > 0 ? LONG : SHORT)
  console.log(report)
  expect(report.wrong).toEqual([])
  expect(report.kills).toBeGreaterThan(0)
  if (seconds >= 60) expect(report.interrupted).toBeGreaterThan(0)
})

test.skipIf(seconds === 0).each(FAULTS.map((fault) => [fault.name, fault] as const))(
  "it is found if %s",
  { timeout },
  async (_name, fault) => {
    const { wrong } = await runExactness(SHORT, fault)
    console.log(wrong.slice(0, 3))
    expect(wrong).not.toEqual([])
  },
)
