/** Slows down whoever guesses keys. What it knows is of this process: there may be several. */
export interface LoginAttempts {
  readonly mayTry: (address: string) => boolean
  readonly failed: (address: string) => void
}

const WINDOW_MS = 60_000
const FAILURES_OF_ONE = 10
const FAILURES_OF_ALL = 200
const MOST_ADDRESSES = 1_000

export function createLoginAttempts(): LoginAttempts {
  let startedAt = Date.now()
  let all = 0
  const failures = new Map<string, number>()
  return {
    mayTry(address) {
      if (Date.now() - startedAt > WINDOW_MS) {
        startedAt = Date.now()
        all = 0
        failures.clear()
      }
      return all < FAILURES_OF_ALL && (failures.get(address) ?? 0) < FAILURES_OF_ONE
    },
    failed(address) {
      all += 1
      if (failures.size < MOST_ADDRESSES) failures.set(address, (failures.get(address) ?? 0) + 1)
    },
  }
}
