import { durationMs } from "@sluice/core"
import { expect, test } from "vitest"

test.each([
  [0, 0],
  [30, 30_000],
  [0.0004, 0],
  [1.5, 1_500],
  ["0s", 0],
  ["500ms", 500],
  ["1.5s", 1_500],
  ["2m", 120_000],
  ["1h30m", 5_400_000],
  ["1d2h3m4s5ms", 93_784_005],
])("%j is %i milliseconds", (duration, ms) => {
  expect(durationMs(duration)).toBe(ms)
})

test.each([
  [-1],
  [Number.NaN],
  [Number.POSITIVE_INFINITY],
  [""],
  ["5"],
  ["5 m"],
  ["-5m"],
  ["5M"],
  ["m"],
  ["1h 30m"],
  ["5m!"],
  ["soon"],
])("%j is no duration, and the error says what one looks like", (duration) => {
  expect(() => durationMs(duration, ["options", "delay"])).toThrow(
    expect.objectContaining({
      name: "InvalidInputError",
      code: "invalid_duration",
      path: ["options", "delay"],
      message: expect.stringMatching(/^options\.delay is .*"5m"/),
    }),
  )
})
