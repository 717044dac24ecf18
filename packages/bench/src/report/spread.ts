import type { Result, Round } from "./results.ts"

/** A figure over the rounds that measured it. With one round, all three are equal. */
export interface Spread {
  readonly min: number
  readonly median: number
  readonly max: number
}

/** The spread of one figure. Undefined for a result that doesn't have it. */
export function spreadOf(result: Result, figure: Exclude<keyof Round, "round">): Spread | undefined {
  return spread(roundsOf(result).flatMap((round) => round[figure] ?? []))
}

/**
 * Speed relative to the floor's in the same round, in which both had the same load beside them. The floor is that of the
 * same variant, else of the scenario's first variant that has one.
 */
export function ratioToFloor(result: Result, all: readonly Result[]): Spread | undefined {
  const floors = all.filter((other) => other.system === "floor" && other.scenario === result.scenario)
  const floor = floors.find((other) => other.config.variant === result.config.variant) ?? floors[0]
  const speeds = new Map(floor && roundsOf(floor).map(({ round, jobsPerSecond }) => [round, jobsPerSecond]))
  return spread(
    roundsOf(result).flatMap(({ round, jobsPerSecond }) => {
      const speed = speeds.get(round)
      return speed === undefined ? [] : jobsPerSecond / speed
    }),
  )
}

/** The median, and in parentheses the least and the greatest round. Empty without a spread. */
export function formatSpread(spread: Spread | undefined, digits?: number): string {
  if (!spread) return ""
  const [min, median, max] = [spread.min, spread.median, spread.max].map((value) =>
    digits === undefined ? formatNumber(value) : value.toFixed(digits),
  )
  return min === max ? `${median}` : `${median} (${min}–${max})`
}

export function formatNumber(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: value < 100 ? 1 : 0 })
}

/** Files written by earlier versions have only the median round. */
function roundsOf(result: Result): readonly Round[] {
  return result.perRound ?? [{ ...result, round: 0 }]
}

function spread(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined
  const sorted = values.toSorted((one, other) => one - other)
  const middle = (sorted.length - 1) / 2
  const [lower, upper] = [sorted[Math.floor(middle)] as number, sorted[Math.ceil(middle)] as number]
  return { min: sorted[0] as number, median: (lower + upper) / 2, max: sorted.at(-1) as number }
}
