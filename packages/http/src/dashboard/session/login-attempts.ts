/** Slows down whoever guesses keys. What it knows is of this process: there may be several. */
export interface LoginAttempts {
  /**
   * Counts an attempt as failed before its key is looked at, because many may be sent at once. False if there were too many: then
   * it isn't looked at.
   */
  readonly begin: (address: string) => boolean
  /** For an attempt that was not a wrong key. */
  readonly takeBack: (address: string) => void
}

const WINDOW_MS = 60_000
const FAILURES_OF_ONE = 10
/** Of the addresses beyond them, the one that failed first is forgotten. */
const MOST_ADDRESSES = 1_000

interface Failures {
  count: number
  readonly sinceMs: number
}

/**
 * Counts by address, so that nobody's failures lock out anybody else. Who has many addresses has so many more attempts, which help
 * against short keys only: a dashboard warns of those.
 */
export function createLoginAttempts(): LoginAttempts {
  const failures = new Map<string, Failures>()
  return {
    begin(address) {
      const known = recent(address)
      if (known && known.count >= FAILURES_OF_ONE) return false
      if (known) known.count += 1
      else failures.set(address, { count: 1, sinceMs: Date.now() })
      const [first] = failures.keys()
      if (failures.size > MOST_ADDRESSES && first !== undefined) failures.delete(first)
      return true
    },
    takeBack(address) {
      const known = recent(address)
      if (known) known.count -= 1
      if (known?.count === 0) failures.delete(address)
    },
  }

  function recent(address: string): Failures | undefined {
    const known = failures.get(address)
    const agoMs = known === undefined ? WINDOW_MS : Date.now() - known.sinceMs
    if (agoMs >= 0 && agoMs < WINDOW_MS) return known
    failures.delete(address)
    return undefined
  }
}
