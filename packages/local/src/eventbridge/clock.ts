/** The clock of a host's schedules. Tests move it; functions and database use the machine's time. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Calls back at this moment, or at once when it has passed. Returns a function that cancels the call. */
  at(momentMs: number, callback: () => void): () => void
  /** Moves the time forward. Callbacks due on the way run in order, each at its own moment. */
  advance(ms: number): void
}

interface Alarm {
  readonly momentMs: number
  readonly callback: () => void
}

/** Node's maximum; a longer timer would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1

export function createClock(): Clock {
  const alarms = new Set<Alarm>()
  let aheadMs = 0
  let timer: NodeJS.Timeout | undefined

  const now = () => Date.now() + aheadMs
  return {
    now,
    at(momentMs, callback) {
      const alarm = { momentMs, callback }
      alarms.add(alarm)
      wait()
      return () => {
        alarms.delete(alarm)
        wait()
      }
    },
    advance(ms) {
      const untilMs = now() + ms
      for (let alarm = first(); alarm && alarm.momentMs <= untilMs; alarm = first()) {
        aheadMs += Math.max(0, alarm.momentMs - now())
        fire(alarm)
      }
      aheadMs += Math.max(0, untilMs - now())
      wait()
    },
  }

  function first(): Alarm | undefined {
    return [...alarms].sort((one, other) => one.momentMs - other.momentMs)[0]
  }

  function wait(): void {
    clearTimeout(timer)
    const next = first()
    if (next) timer = setTimeout(ring, Math.min(Math.max(0, next.momentMs - now()), MAX_TIMER_MS))
  }

  function ring(): void {
    const next = first()
    if (next && next.momentMs <= now()) fire(next)
    wait()
  }

  function fire(alarm: Alarm): void {
    alarms.delete(alarm)
    alarm.callback()
  }
}
