import { slowerThan } from "@sluice/bench/compare"
import { check } from "@sluice/bench/measure-drain"
import { type Measurement, type Report, type Result, resultOf } from "@sluice/bench/results"
import { ratioToFloor } from "@sluice/bench/spread"
import { tableOf } from "@sluice/bench/table"
import { expect, test } from "vitest"

test("a job that no worker performed, and one that two performed, are counted", () => {
  expect(check([doneWith(0, 1, 2), doneWith(3, 4)], 5)).toEqual({ duplicates: 0, missing: 0 })
  expect(check([doneWith(0, 1, 2), doneWith(2, 4)], 5)).toEqual({ duplicates: 1, missing: 1 })
})

test("slower is what lost against the floor of its own run, not what a slower machine took longer for", () => {
  const earlier = reportOf({ sluice: [60_000], floor: [100_000] })
  expect(slowerThan(earlier, reportOf({ sluice: [30_000], floor: [50_000] }))).toEqual([])
  expect(slowerThan(earlier, reportOf({ sluice: [45_000], floor: [100_000] }))).toEqual([
    "throughput, 4 drainers, sluice: 0.45 of the floor's speed, was 0.60",
  ])
})

test("a loss within the spread of the rounds is not called slower", () => {
  const earlier = reportOf({ sluice: [50_000, 60_000, 70_000], floor: [100_000, 100_000, 100_000] })
  const within = reportOf({ sluice: [40_000, 45_000, 52_000], floor: [100_000, 100_000, 100_000] })
  const beyond = reportOf({ sluice: [40_000, 45_000, 48_000], floor: [100_000, 100_000, 100_000] })
  expect(slowerThan(earlier, within)).toEqual([])
  expect(slowerThan(earlier, beyond)).toEqual([
    "throughput, 4 drainers, sluice: 0.45 (0.40–0.48) of the floor's speed, was 0.60 (0.50–0.70)",
  ])
})

test("each round is compared with the floor of the same round, under the same load", () => {
  const report = reportOf({ sluice: [80_000, 40_000], floor: [100_000, 50_000] })
  const [sluice] = report.results
  expect(ratioToFloor(sluice as Result, report.results)).toEqual({ min: 0.8, median: 0.8, max: 0.8 })
})

test("results without rounds, as earlier versions wrote them, are compared by their median", () => {
  const { results, machine } = reportOf({ sluice: [60_000], floor: [100_000] })
  const earlier = { machine, results: results.map(({ perRound: _, ...result }) => result) }
  expect(slowerThan(earlier, reportOf({ sluice: [45_000], floor: [100_000] }))).toEqual([
    "throughput, 4 drainers, sluice: 0.45 of the floor's speed, was 0.60",
  ])
})

test("a result has the median round's figures, and those of each round", () => {
  const result = resultOf(
    "throughput",
    "sluice",
    CONFIG,
    new Map([2, 1, 4].map((seconds, round) => [round, measured({ seconds })])),
  )
  expect(result).toMatchObject({ seconds: 2, jobsPerSecond: 50, rounds: [25, 50, 100] })
  expect(result.perRound?.map(({ round, jobsPerSecond }) => [round, jobsPerSecond])).toEqual([
    [0, 50],
    [1, 100],
    [2, 25],
  ])
})

test("a figure that the time limit cut off is printed as more than the limit", () => {
  const rounds = new Map([[0, measured({ seconds: 30, isCutOff: true })]])
  expect(tableOf([resultOf("crash", "peer", CONFIG, rounds)])).toContain("> 30.00")
})

test("more bytes of WAL for a job are told though it is as fast", () => {
  const earlier = reportOf({ sluice: [60_000], floor: [100_000] })
  const now = reportOf({ sluice: [60_000], floor: [100_000] }, { walBytes: 30_000 })
  expect(slowerThan(earlier, now)).toEqual(["throughput, 4 drainers, sluice: walBytesPerJob 300, was 200"])
})

const CONFIG = { variant: "4 drainers", settings: "", history: true }

function doneWith(...numbers: number[]) {
  return { numbers: Uint32Array.from(numbers), latenciesMs: new Float64Array(), statements: 0 }
}

function measured(changed: Partial<Measurement> = {}): Measurement {
  return { jobs: 100, seconds: 1, walBytes: 20_000, statements: 1, duplicates: 0, missing: 0, ...changed }
}

/** Of the speeds of each system's rounds. */
function reportOf(speeds: Record<string, readonly number[]>, changed: Partial<Measurement> = {}): Report {
  const results = Object.entries(speeds).map(([system, rounds]) => {
    const measurements = rounds.map((speed) => measured({ seconds: 100 / speed, ...changed }))
    return resultOf("throughput", system, CONFIG, new Map(measurements.entries()))
  })
  return { machine: {} as never, results }
}
