import type { View } from "../page.ts"
import { Tabs } from "./page-header.tsx"
import { withoutPlace } from "./places.ts"
import { RANGES, type RangeKey } from "./ranges.ts"

export type { RangeKey }

export interface ShownRange {
  readonly key: RangeKey
  readonly ms: number
  readonly since: Date
}

/** The time that a page is about, from the parameter `range`: up to now. */
export function rangeOf({ query, now }: View, usual: RangeKey): ShownRange {
  const asked = query.get("range")
  const key = asked !== null && Object.hasOwn(RANGES, asked) ? (asked as RangeKey) : usual
  return { key, ms: RANGES[key], since: new Date(now.getTime() - RANGES[key]) }
}

/** Links that choose the time, and keep the rest of the address. */
export function RangeTabs({ view, path, current }: { view: View; path: string; current: RangeKey }) {
  const query = withoutPlace(view.query)
  return (
    <Tabs
      label={view.text.shell.range}
      tabs={(Object.keys(RANGES) as RangeKey[]).map((key) => ({
        href: view.href(path, { ...query, range: key }),
        label: view.text.shell.ranges[key],
        current: key === current,
      }))}
    />
  )
}
