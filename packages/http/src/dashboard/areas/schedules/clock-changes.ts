/** A change of the clocks between two ticks: how far they were ahead of UTC, and are then. */
export interface ClockChange {
  readonly from: string
  readonly to: string
}

/** By tick, the change of the clocks between the instant before it and the tick. Undefined: there is none, or the zone is unknown here. */
export function clockChanges(
  ticks: readonly Date[],
  now: Date,
  timeZone: string,
): readonly (ClockChange | undefined)[] {
  const offsetAt = offsetsIn(timeZone)
  if (!offsetAt) return ticks.map(() => undefined)
  let before = offsetAt(now)
  return ticks.map((tick) => {
    const from = before
    before = offsetAt(tick)
    return from === before ? undefined : { from, to: before }
  })
}

/** Postgres may know more time zones than Node. */
function offsetsIn(timeZone: string): ((at: Date) => string) | undefined {
  try {
    const format = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" })
    return (at) => {
      const part = format.formatToParts(at).find(({ type }) => type === "timeZoneName")
      return (part?.value ?? "").replace("GMT", "UTC")
    }
  } catch {
    return undefined
  }
}
