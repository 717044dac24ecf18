const UNITS = [
  [86_400_000, "days"],
  [3_600_000, "hours"],
  [60_000, "minutes"],
] as const

/** How long it is, for people: `3 hours`, `12 s`. */
export function longAs(ms: number): string {
  const [size, unit] = UNITS.find(([size]) => ms >= 2 * size) ?? [1_000, "s"]
  return `${Math.floor(ms / size)} ${unit}`
}
