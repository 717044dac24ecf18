/** How long executions took, by job name. Later drains use it to decide whether a job still fits into their time. */
export interface Durations {
  add(name: string, tookMs: number): void
  /** Argument of the SQL function `close_drainer`. */
  toJson(): string
}

/** Buckets of a histogram. The n-th (the first is 1) counts executions of up to 2^(n/4) ms; the last is 47 days. */
const BUCKETS = 128

export function createDurations(): Durations {
  const counts = new Map<string, number[]>()
  return {
    add(name, tookMs) {
      const bucket = Math.min(BUCKETS - 1, Math.floor(4 * Math.log2(Math.max(1, tookMs))))
      const histogram = counts.get(name) ?? []
      counts.set(name, histogram)
      while (histogram.length <= bucket) histogram.push(0)
      histogram[bucket] = (histogram[bucket] as number) + 1
    },
    toJson: () => JSON.stringify(Object.fromEntries(counts)),
  }
}
