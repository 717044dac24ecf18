/**
 * How often values were measured, by size: bucket n (from 1) is for those of up to 2^(n/8) ms that are above 2^((n-1)/8), and bucket
 * 0 for those of up to 1 ms. What is told of a bucket is within 4.5 % of each value in it. After DDSketch (Masson, Rim and Lee, 2019,
 * https://arxiv.org/abs/1908.10693), whose sum of two has the same error; the buckets are fixed, so that they can be summed up in SQL.
 */
export interface Histogram {
  /** In ascending order. */
  readonly buckets: readonly number[]
  /** Place n: how many values are in the bucket of place n. */
  readonly counts: readonly number[]
}

const BUCKETS_PER_DOUBLING = 8
/** The last one: 49 days. */
const LAST_BUCKET = 32 * BUCKETS_PER_DOUBLING
/** The value that is nearest to both ends of a bucket, as a share of its upper end. */
const MIDDLE = 2 / (1 + 2 ** (1 / BUCKETS_PER_DOUBLING))

export function bucketOf(ms: number): number {
  if (!(ms > 1)) return 0
  return Math.min(LAST_BUCKET, Math.ceil(BUCKETS_PER_DOUBLING * Math.log2(ms)))
}

/** The value below which this share of the measured ones is, in milliseconds. Null if there are none. */
export function percentile({ buckets, counts }: Histogram, share: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0)
  const rank = Math.max(1, Math.ceil(total * share))
  let below = 0
  for (const [place, count] of counts.entries()) {
    below += count
    if (below >= rank) return middleOf(buckets[place] as number)
  }
  return null
}

function middleOf(bucket: number): number {
  if (bucket === 0) return 1
  const ms = 2 ** (bucket / BUCKETS_PER_DOUBLING) * MIDDLE
  return ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)
}

/** The ends of the buckets in milliseconds, for those who show them. */
export function upperEndOf(bucket: number): number {
  return 2 ** (bucket / BUCKETS_PER_DOUBLING)
}

export function addHistograms(histograms: readonly (Histogram | null)[]): Histogram {
  const sums = new Map<number, number>()
  for (const histogram of histograms)
    for (const [place, bucket] of histogram?.buckets.entries() ?? [])
      sums.set(bucket, (sums.get(bucket) ?? 0) + (histogram?.counts[place] as number))
  const buckets = [...sums.keys()].sort((a, b) => a - b)
  return { buckets, counts: buckets.map((bucket) => sums.get(bucket) as number) }
}
