import type { Report, Result } from "./results.ts"

/** Ratios of one run scatter so much on a busy machine; less is not called slower. */
const TOLERANCE = 0.1

/** Speed as a part of the floor's in the same run: in the same variant, or where it has no part in that, the scenario's first. */
export function ratioToFloor(
  { scenario, config, jobsPerSecond }: Result,
  all: readonly Result[],
): number | undefined {
  const floors = all.filter((other) => other.system === "floor" && other.scenario === scenario)
  const floor = floors.find((other) => other.config.variant === config.variant) ?? floors[0]
  return floor && jobsPerSecond / floor.jobsPerSecond
}

/** What became slower since an earlier run, of which absolute times say nothing: it may be another machine's. */
export function slowerThan(earlier: Report, now: Report): string[] {
  return now.results.flatMap((result) => {
    const before = earlier.results.find((other) => isSame(other, result))
    if (!before || result.system === "floor") return []
    return [...slowerByRatio(before, earlier, result, now), ...moreOfCounts(before, result)]
  })
}

function slowerByRatio(before: Result, earlier: Report, result: Result, now: Report): string[] {
  const [was, is] = [ratioToFloor(before, earlier.results), ratioToFloor(result, now.results)]
  if (was === undefined || is === undefined || is > was * (1 - TOLERANCE)) return []
  return [`${titleOf(result)}: ${is.toFixed(2)} of the floor's speed, was ${was.toFixed(2)}`]
}

/** These don't depend on the machine. */
function moreOfCounts(before: Result, result: Result): string[] {
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
