import type { View } from "../page.ts"

/** An instant as text of the reader's language, relative if it is near, with the exact time in its title. */
export function Time({ view, at }: { view: View; at: Date | null }) {
  if (at === null) return <span>–</span>
  const iso = at.toISOString()
  return (
    <time datetime={iso} title={iso}>
      {relative(view.language, (at.getTime() - view.now.getTime()) / 1000)}
    </time>
  )
}

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const

function relative(language: string, seconds: number): string {
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ["second", 1]
  return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(Math.round(seconds / size), unit)
}
