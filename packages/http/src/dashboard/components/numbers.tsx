import type { View } from "../page.ts"

/** How long something took, in its two largest units. */
export function Duration({ view, ms }: { view: View; ms: number | null | undefined }) {
  if (ms === null || ms === undefined) return <span class="muted">–</span>
  return <span class="number">{view.format.duration(ms)}</span>
}

/** A number of things. One that stopped at a limit is shown as `10,000+`. */
export function Count({ view, value, capped = false }: { view: View; value: number; capped?: boolean }) {
  return <span class="number">{capped ? view.format.atLeast(value) : view.format.number(value)}</span>
}

/** A part of a whole as a bar; the numbers must stand beside it as text too. */
export function Meter({ value, max, label }: { value: number; max: number; label: string }) {
  const width = max > 0 ? Math.min(100, Math.max(0, (value / max) * 100)) : 0
  return (
    <svg class="meter" role="img" aria-label={label} viewBox="0 0 100 8" preserveAspectRatio="none">
      <rect width={width.toFixed(2)} height="8" fill="currentColor" />
    </svg>
  )
}
