import type { Report, Result } from "./results.ts"

/** Ratios scatter by this much on a busy machine; a smaller loss doesn't count as slower. */
const TOLERANCE = 0.1

/** Speed relative to the floor's in the same run: in the same variant, else in the scenario's first variant with a floor. */
export function ratioToFloor(
  { scenario, config, jobsPerSecond }: Result,
  all: readonly Result[],
): number | undefined {
  const floors = all.filter((other) => other.system === "floor" && other.scenario === scenario)
  const floor = floors.find((other) => other.config.variant === config.variant) ?? floors[0]
  return floor && jobsPerSecond / floor.jobsPerSecond
}

/** Lists what became slower since an earlier run. Absolute times are ignored, as that may have been another machine. */
export function slowerThan(earlier: Report, now: Report): string[] {
  return now.results.flatMap((result) => {
    const before = earlier.results.find((other) => isSame(other, result))
    if (!before || result.system === "floor") return []
    return [...compareRatios(before, earlier, result, now), ...compareCounts(before, result)]
  })
}

function compareRatios(before: Result, earlier: Report, result: Result, now: Report): string[] {
  const was = ratioToFloor(before, earlier.results)
  const is = ratioToFloor(result, now.results)
  if (was === undefined || is === undefined || is > was * (1 - TOLERANCE)) return []
  return [`${titleOf(result)}: ${is.toFixed(2)} of the floor's speed, was ${was.toFixed(2)}`]
}

/** Counts don't depend on the machine. */
function compareCounts(before: Result, result: Result): string[] {
  return (["walBytesPerJob", "statementsPerJob"] as const)
    .filter((count) => result[count] > before[count] * (1 + TOLERANCE))
    .map((count) => `${titleOf(result)}: ${count} ${result[count]}, was ${before[count]}`)
}

function isSame(one: Result, other: Result): boolean {
  return (
    one.scenario === other.scenario &&
    one.system === other.system &&
    one.config.variant === other.config.variant
  )
}

function titleOf({ scenario, system, config }: Result): string {
  return `${scenario}, ${config.variant}, ${system}`
}
