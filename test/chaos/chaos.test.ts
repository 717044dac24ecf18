import { expect, test } from "vitest"
import { runChaos } from "./chaos.ts"

const seconds = Number(process.env.SLUICE_CHAOS_SECONDS ?? 4)

test(`in ${seconds} seconds of storms no job is lost or stuck, none is performed by two live sessions, and no worker dies`, {
  timeout: (seconds + 600) * 1_000,
}, async () => {
  const report = await runChaos(seconds)
  console.log(report)
  expect(report).toMatchObject({ finished: report.enqueued, finishedTwice: 0, left: [], violations: [] })
  expect(report.mostAwake).toBeLessThanOrEqual(6)
  expect(report.workers).toEqual(["working", "working"])
  expect(report.interrupted).toBeGreaterThan(0)
})
