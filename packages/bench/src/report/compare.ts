import type { Report, Result } from "./results.ts"
import { formatSpread, ratioToFloor } from "./spread.ts"

/** A loss smaller than this doesn't count as slower: a few rounds don't show all of the spread. */
const TOLERANCE = 0.1

/**
 * Lists what became slower since an earlier run. Absolute times are ignored, as that may have been another machine. A
 * speed counts only beyond the spread: if no round reached what the slowest round of the earlier run did.
 */
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
  if (!was || !is || is.max >= was.min || is.median > was.median * (1 - TOLERANCE)) return []
  return [`${titleOf(result)}: ${formatSpread(is, 2)} of the floor's speed, was ${formatSpread(was, 2)}`]
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
