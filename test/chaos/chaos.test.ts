import { expect, test } from "vitest"
import { createDatabase } from "../support/database.ts"
import { runChaos } from "./chaos.ts"

const seconds = Number(process.env.SLUICE_CHAOS_SECONDS ?? 12)

test(`in ${seconds} seconds of kills, freezes and bad deliveries no job is lost, and none is performed by two live sessions`, {
  timeout: (seconds + 150) * 1_000,
}, async () => {
  const report = await runChaos(await createDatabase(), seconds)
  console.log(report)
  expect(report).toMatchObject({ finished: report.enqueued, performedByTwo: 0 })
  expect(report.mostAwake).toBeLessThanOrEqual(4)
  expect(report.kills).toBeGreaterThan(0)
  expect(report.interrupted).toBeGreaterThan(0)
})
