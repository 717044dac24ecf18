import { slowerThan } from "@sluice/bench/compare"
import { check } from "@sluice/bench/measure-drain"
import type { Report, Result } from "@sluice/bench/results"
import { expect, test } from "vitest"

test("a job that no worker performed, and one that two performed, are counted", () => {
  expect(check([doneWith(0, 1, 2), doneWith(3, 4)], 5)).toEqual({ duplicates: 0, missing: 0 })
  expect(check([doneWith(0, 1, 2), doneWith(2, 4)], 5)).toEqual({ duplicates: 1, missing: 1 })
})

test("slower is what lost against the floor of its own run, not what a slower machine took longer for", () => {
  const earlier = reportOf({ sluice: 60_000, floor: 100_000 })
  expect(slowerThan(earlier, reportOf({ sluice: 30_000, floor: 50_000 }))).toEqual([])
  expect(slowerThan(earlier, reportOf({ sluice: 45_000, floor: 100_000 }))).toEqual([
    "throughput, 4 drainers, sluice: 0.45 of the floor's speed, was 0.60",
  ])
})

test("more bytes of WAL for a job are told though it is as fast", () => {
  const earlier = reportOf({ sluice: 60_000, floor: 100_000 })
  const now = reportOf({ sluice: 60_000, floor: 100_000 }, { walBytesPerJob: 300 })
  expect(slowerThan(earlier, now)).toEqual(["throughput, 4 drainers, sluice: walBytesPerJob 300, was 200"])
})

function doneWith(...numbers: number[]) {
  return { numbers: Uint32Array.from(numbers), latenciesMs: new Float64Array(), statements: 0 }
}

function reportOf(speeds: Record<string, number>, changed: Partial<Result> = {}): Report {
  const results = Object.entries(speeds).map(([system, jobsPerSecond]) => ({
    scenario: "throughput",
    system,
    config: { variant: "4 drainers", settings: "", history: true },
    jobs: 100_000,
    seconds: 100_000 / jobsPerSecond,
    jobsPerSecond,
    rounds: [jobsPerSecond],
    walBytesPerJob: 200,
    statementsPerJob: 0.005,
    duplicates: 0,
    missing: 0,
    ...changed,
  }))
  return { machine: {} as never, results }
}
