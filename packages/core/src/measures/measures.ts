import { bucketOf } from "./histogram.ts"

/** What is measured of an execution whose outcome is written. */
export interface MeasuredExecution {
  readonly name: string
  readonly queue: string
  readonly outcome: MeasuredOutcome
  readonly waitMs: number
  readonly runMs: number
  /** When it ended, by the database's clock, in milliseconds since 1970. */
  readonly endedAtMs: number
}

export type MeasuredOutcome = "succeeded" | "retried" | "discarded" | "canceled" | "snoozed"

/**
 * Counts the executions of a drain by minute, job name and queue, and writes the sums: at most once a minute, and at the end. Writing
 * is no part of the drain's work, so it never fails a drain: what can't be written is tried again a minute later, and lost if the drain
 * ends before, or is killed.
 */
export interface Measures {
  add(execution: MeasuredExecution): void
  /** Writes what has been counted since the last time. Never rejects. */
  write(): Promise<void>
}

/** What a drain's executions of a name and queue came to that ended in one minute. */
interface Sums extends Record<MeasuredOutcome, number> {
  readonly startsAtMs: number
  readonly name: string
  readonly queue: string
  busyMs: number
  waitedMs: number
  /** Place n: how many values are in bucket n. */
  readonly runs: number[]
  readonly waits: number[]
}

const A_MINUTE_MS = 60_000
/** With more names and queues it writes before the minute is over. */
const MOST_SUMS = 2_000
/** What can't be written is kept up to so many of them, and else forgotten. */
const MOST_UNSENT = 4_000

export function createMeasures(options: {
  /** Sends a list of objects, as the SQL function `note_measures` takes it. */
  readonly send: (json: string) => Promise<unknown>
  /** `performance.now()` when the drain began. */
  readonly startedAtMs: number
  /** The memory of the function, for the cost of its jobs. Undefined: it isn't billed by time. */
  readonly memoryMb: number | undefined
  readonly onFailure: (error: unknown) => void
}): Measures {
  const { send, memoryMb = 0, onFailure } = options
  let sums = new Map<string, Sums>()
  let last: Sums | undefined
  let unsent: string[] = []
  let billedUntilMs = options.startedAtMs
  let timer: NodeJS.Timeout | undefined
  let writing = Promise.resolve()

  return { add, write }

  function add(execution: MeasuredExecution): void {
    const one = sumsOf(execution)
    one[execution.outcome]++
    one.busyMs += execution.runMs
    one.waitedMs += Math.max(0, execution.waitMs)
    count(one.runs, execution.runMs)
    count(one.waits, execution.waitMs)
  }

  /** Jobs that end together are mostly alike. */
  function sumsOf({ name, queue, endedAtMs }: MeasuredExecution): Sums {
    if (last && last.name === name && last.queue === queue && isInMinute(endedAtMs, last.startsAtMs))
      return last
    const startsAtMs = Math.floor(endedAtMs / A_MINUTE_MS) * A_MINUTE_MS
    const key = `${startsAtMs} ${queue} ${name}`
    last = sums.get(key) ?? begin(key, startsAtMs, name, queue)
    return last
  }

  function begin(key: string, startsAtMs: number, name: string, queue: string): Sums {
    if (sums.size >= MOST_SUMS) void write()
    const counts = { succeeded: 0, retried: 0, discarded: 0, canceled: 0, snoozed: 0 }
    const begun: Sums = { startsAtMs, name, queue, ...counts, busyMs: 0, waitedMs: 0, runs: [], waits: [] }
    sums.set(key, begun)
    timer ??= setTimeout(() => void write(), A_MINUTE_MS).unref()
    return begun
  }

  function write(): Promise<void> {
    writing = writing.then(sendSums)
    return writing
  }

  async function sendSums(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const rows = [...unsent, ...takeSums()]
    unsent = []
    if (rows.length === 0) return
    try {
      await send(`[${rows.join(",")}]`)
    } catch (error) {
      if (rows.length <= MOST_UNSENT) unsent = rows
      onFailure(error)
    }
  }

  /** The time since the last write is what the jobs that have ended in it cost together. */
  function takeSums(): string[] {
    if (sums.size === 0) return []
    const taken = [...sums.values()]
    sums = new Map()
    last = undefined
    const nowMs = performance.now()
    const billedMbMs = (nowMs - billedUntilMs) * memoryMb
    billedUntilMs = nowMs
    const busyMs = taken.reduce((sum, one) => sum + one.busyMs, 0)
    return taken.map((one) =>
      rowOf(one, busyMs > 0 ? (billedMbMs * one.busyMs) / busyMs : billedMbMs / taken.length),
    )
  }
}

function isInMinute(atMs: number, startsAtMs: number): boolean {
  return atMs >= startsAtMs && atMs < startsAtMs + A_MINUTE_MS
}

function count(histogram: number[], ms: number): void {
  const bucket = bucketOf(ms)
  while (histogram.length <= bucket) histogram.push(0)
  histogram[bucket] = (histogram[bucket] as number) + 1
}

function rowOf(sums: Sums, billedMbMs: number): string {
  const { startsAtMs, busyMs, waitedMs, runs, waits, ...counted } = sums
  return JSON.stringify({
    ...counted,
    starts_at: new Date(startsAtMs).toISOString(),
    busy_ms: Math.round(busyMs),
    waited_ms: Math.round(waitedMs),
    billed_mb_ms: Math.round(billedMbMs),
    runs: toHistogram(runs),
    waits: toHistogram(waits),
  })
}

/** Without the empty buckets. */
function toHistogram(counts: readonly number[]) {
  const buckets = [...counts.keys()].filter((bucket) => (counts[bucket] as number) > 0)
  return { buckets, counts: buckets.map((bucket) => counts[bucket]) }
}
