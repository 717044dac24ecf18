const HOUR_MS = 3_600_000

/** The times that one can choose, in milliseconds. In a file without components: a drain, which takes snapshots, doesn't have those. */
export const RANGES = {
  "1h": HOUR_MS,
  "6h": 6 * HOUR_MS,
  "24h": 24 * HOUR_MS,
  "7d": 7 * 24 * HOUR_MS,
  "14d": 14 * 24 * HOUR_MS,
} as const

export type RangeKey = keyof typeof RANGES
