/** The time by which a host's schedules go off. Tests move it; functions and database keep the machine's. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Calls back at this moment, or at once when it is past. Answers with what calls it off. */
  at(momentMs: number, callback: () => void): () => void
  /** Moves the time on; what goes off on the way does so in order, each at its own moment. */
  advance(ms: number): void
}

interface Alarm {
  readonly momentMs: number
  readonly callback: () => void
}

/** What a timer of Node takes; a longer one would go off at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

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
        goOff(alarm)
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
    if (next) timer = setTimeout(ring, Math.min(Math.max(0, next.momentMs - now()), LONGEST_TIMER_MS))
  }

  function ring(): void {
    const next = first()
    if (next && next.momentMs <= now()) goOff(next)
    wait()
  }

  function goOff(alarm: Alarm): void {
    alarms.delete(alarm)
    alarm.callback()
  }
}
