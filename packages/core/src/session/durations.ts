/** How long executions took, by job name: what the next drains judge by whether a job still fits. */
export interface Durations {
  add(name: string, tookMs: number): void
  /** Argument of the SQL function `close_drainer`. */
  toJson(): string
}

/** Places of a histogram whose n-th (1 for the first) counts executions of up to 2^(n/4) ms: the last, 47 days. */
const PLACES = 128

export function createDurations(): Durations {
  const counts = new Map<string, number[]>()
  return {
    add(name, tookMs) {
      const place = Math.min(PLACES - 1, Math.floor(4 * Math.log2(Math.max(1, tookMs))))
      const histogram = counts.get(name) ?? []
      counts.set(name, histogram)
      while (histogram.length <= place) histogram.push(0)
      histogram[place] = (histogram[place] as number) + 1
    },
    toJson: () => JSON.stringify(Object.fromEntries(counts)),
  }
}
