const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
] as const

/** A length of time, such as `120ms`, `45s`, `4m30s`, `12h` or `3d2h`: the smaller unit only where it says something. */
export function shortDuration(ms: number): string {
  const index = UNITS.findIndex(([, unitMs]) => ms >= unitMs)
  const [largest, next] = index < 0 ? [] : UNITS.slice(index, index + 2)
  if (!largest) return `${Math.round(ms)}ms`
  const whole = Math.floor(ms / largest[1])
  const rest = next ? Math.floor((ms % largest[1]) / next[1]) : 0
  return rest > 0 && whole < 10 ? `${whole}${largest[0]}${rest}${next?.[0]}` : `${whole}${largest[0]}`
}

/** The same with each of its units, such as `1d12h30m`. */
export function exactDuration(ms: number): string {
  let rest = ms
  const parts = [...UNITS, ["ms", 1] as const].map(([unit, unitMs]) => {
    const whole = Math.floor(rest / unitMs)
    rest -= whole * unitMs
    return whole > 0 ? `${whole}${unit}` : ""
  })
  return parts.join("") || "0s"
}

/** `3h ago`, `in 5m`, or `now`. */
export function fromNow(at: Date): string {
  const ms = at.getTime() - Date.now()
  if (Math.abs(ms) < 1_000) return "now"
  return ms < 0 ? `${shortDuration(-ms)} ago` : `in ${shortDuration(ms)}`
}

/** The instant in full, and how far it is. */
export function instant(at: Date): string {
  return `${at.toISOString()} (${fromNow(at)})`
}
