/** Slows down whoever guesses keys. What it knows is of this process: there may be several. */
export interface LoginAttempts {
  readonly mayTry: (address: string) => boolean
  readonly failed: (address: string) => void
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
    mayTry: (address) => (recent(address)?.count ?? 0) < FAILURES_OF_ONE,
    failed(address) {
      const known = recent(address)
      if (known) known.count += 1
      else failures.set(address, { count: 1, sinceMs: Date.now() })
      const [first] = failures.keys()
      if (failures.size > MOST_ADDRESSES && first !== undefined) failures.delete(first)
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
