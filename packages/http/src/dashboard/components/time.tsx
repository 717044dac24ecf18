import type { View } from "../page.ts"

/**
 * An instant relative to now, with the exact time as its title; or, as `exact`, the other way round. The page's script keeps
 * relative times true while the page is open.
 */
export function Time(properties: { view: View; at: Date | null | undefined; exact?: boolean }) {
  const { view, at, exact = false } = properties
  if (!at) return <span class="muted">–</span>
  const relative = view.format.relative(at)
  const exactly = view.format.exact(at)
  return (
    <time
      datetime={at.toISOString()}
      title={exact ? relative : exactly}
      {...(!exact && { "data-relative": "" })}
    >
      {exact ? exactly : relative}
    </time>
  )
}
