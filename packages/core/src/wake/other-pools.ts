const WAKE_EVERY_MS = 5_000

/** Wakes drainers for jobs that came to be due without an enqueue, and that this one leaves to another pool. */
export interface OtherPools {
  /** Doesn't wait for that. At most once in 5 seconds. */
  wakeNowAndThen(): void
  /** For a drainer that ends. */
  wake(): Promise<void>
}

/** A settle of this drainer may free the concurrency key of another pool's job, and its ticks make such jobs ready. */
export function createOtherPools({
  pool,
  wake,
}: {
  pool: string | null
  wake: (options: { onlyDue: true }) => Promise<void>
}): OtherPools {
  let wokenAtMs = performance.now()
  let waking = Promise.resolve()
  return {
    wakeNowAndThen() {
      if (pool === null || performance.now() - wokenAtMs < WAKE_EVERY_MS) return
      wokenAtMs = performance.now()
      waking = wake({ onlyDue: true })
    },
    async wake() {
      if (pool === null) return
      await waking
      await wake({ onlyDue: true }) // the wake-up of its own pool is still to be set
    },
  }
}
