import { expect, test } from "vitest"
import { backoffMs } from "../../packages/core/src/job/backoff.ts"

const least = () => 0
const middle = () => 0.5
const most = () => 1

test("the wait doubles from one second up to an hour, where nothing else is said", () => {
  const waits = [1, 2, 3, 4, 5, 11, 12, 13, 14, 1_000].map((n) => backoffMs(undefined, n, middle))
  expect(waits).toEqual([
    1_000, 2_000, 4_000, 8_000, 16_000, 1_024_000, 2_048_000, 3_600_000, 3_600_000, 3_600_000,
  ])
})

test("a quarter of the wait to either side is random, where nothing else is said", () => {
  expect(backoffMs(undefined, 3, least)).toBe(3_000)
  expect(backoffMs(undefined, 3, most)).toBe(5_000)
  for (let n = 0; n < 1_000; n++) {
    const waitMs = backoffMs(undefined, 3)
    expect(waitMs).toBeGreaterThanOrEqual(3_000)
    expect(waitMs).toBeLessThanOrEqual(5_000)
  }
})

test("jobs that failed together don't return together", () => {
  expect(new Set(Array.from({ length: 100 }, () => backoffMs(undefined, 10))).size).toBeGreaterThan(50)
})

test("base, factor, ceiling and jitter are the definition's", () => {
  const backoff = { base: "100ms", factor: 10, max: "1m", jitter: 1 }
  expect([1, 2, 3, 4, 5].map((n) => backoffMs(backoff, n, middle))).toEqual([
    100, 1_000, 10_000, 60_000, 60_000,
  ])
  expect(backoffMs(backoff, 2, least)).toBe(0)
  expect(backoffMs(backoff, 2, most)).toBe(2_000)
  expect([least, middle, most].map((random) => backoffMs({ jitter: 0 }, 2, random))).toEqual([
    2_000, 2_000, 2_000,
  ])
  expect([1, 2, 3].map((n) => backoffMs({ base: 5, factor: 1 }, n, middle))).toEqual([5_000, 5_000, 5_000])
})
