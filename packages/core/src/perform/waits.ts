import { Snooze } from "../job/control-errors.ts"

/** The waits of one execution, for whatever they are. Several may be side by side, as in `Promise.all` and `Promise.race`. */
export interface Waits {
  /**
   * Looks whether a wait has ended, and returns what it has brought. One that lasts throws a `Snooze`, but not before the others have
   * been looked at: so the job is put back once for all of them, and not at all if it goes on with one that has ended.
   */
  wait<Value>(look: () => Promise<Ended<Value> | Lasting>): Promise<Value>
  /** Throws if the job is put back. */
  assertNone(): void
  /** Puts the job back, if it catches what is thrown, too. */
  putBack(snooze: Snooze): never
  /** Whether a wait that lasts was passed by, because another one had ended: it puts back nothing that the job doesn't await. */
  isPassedBy(error: unknown): boolean
}

export interface Lasting {
  readonly remainingMs: number
  readonly message: string
}

export interface Ended<Value> {
  /** Returns what the wait has brought, or throws. */
  readonly bring: () => Promise<Value> | Value
  /** When it ended, or was first seen to have, in milliseconds since 1970; undefined: now. */
  readonly endedAtMs: number | undefined
}

interface Parked {
  readonly untilAtMs: number
  readonly message: string
  /** How many waits had ended when it began. */
  readonly endedBefore: number
  reject(reason: Snooze): void
}

export function createWaits(): Waits {
  const parked = new Set<Parked>()
  const passedBy = new WeakSet<object>()
  const turns = createTurns()
  let putBack: Snooze | undefined
  let looking = 0
  let ended = 0
  let isReleasing = false

  return {
    async wait(look) {
      const endedBefore = ended
      const found = await whileLooking(async () => {
        const found = await look()
        if ("remainingMs" in found) return found
        const bring = () => {
          ended++
          return found.bring()
        }
        return { value: await turns.take(found.endedAtMs, bring) }
      })
      return "value" in found ? found.value : park(found, endedBefore)
    },
    assertNone() {
      if (putBack) throw putBack
    },
    putBack(snooze) {
      putBack ??= snooze
      throw snooze
    },
    isPassedBy: (error) => passedBy.has(error as object),
  }

  async function whileLooking<Value>(work: () => Promise<Value>): Promise<Value> {
    looking++
    try {
      return await work()
    } finally {
      looking--
      releaseSoon()
    }
  }

  function park({ remainingMs, message }: Lasting, endedBefore: number): Promise<never> {
    const untilAtMs = performance.now() + remainingMs
    return new Promise((_, reject) => {
      parked.add({ untilAtMs, message, endedBefore, reject })
      releaseSoon()
    })
  }

  /** Once the job's code has had its turn: it may go on with a wait that has ended, or begin another one. */
  function releaseSoon(): void {
    if (isReleasing || looking > 0 || parked.size === 0) return
    isReleasing = true
    setImmediate(() => {
      isReleasing = false
      if (looking === 0) release()
    })
  }

  function release(): void {
    const waits = [...parked]
    parked.clear()
    const first = waits.reduce((one, other) => (other.untilAtMs < one.untilAtMs ? other : one))
    const untilMs = Math.max(0, Math.ceil(first.untilAtMs - performance.now()))
    const snooze = new Snooze(`${untilMs}ms`, first.message)
    if (waits.some(({ endedBefore }) => endedBefore === ended)) putBack ??= snooze
    else passedBy.add(snooze)
    for (const { reject } of waits) reject(snooze)
  }
}

/**
 * Brings what has ended one after the other, in the order in which it did or was first seen to have: so a race has the same winner in
 * each execution, however its waits are looked at.
 */
function createTurns() {
  const queue: { readonly endedAtMs: number; readonly begin: () => Promise<void> }[] = []
  let isServing = false

  async function serve(): Promise<void> {
    queue.sort((one, other) => one.endedAtMs - other.endedAtMs || 0)
    await queue.shift()?.begin()
    if (queue.length > 0) setImmediate(serve)
    else isServing = false
  }

  return {
    take<Value>(endedAtMs: number | undefined, work: () => Promise<Value> | Value): Promise<Value> {
      return new Promise((resolve, reject) => {
        const begin = async () => {
          try {
            resolve(await work())
          } catch (error) {
            reject(error)
          }
        }
        queue.push({ endedAtMs: endedAtMs ?? Number.POSITIVE_INFINITY, begin })
        if (isServing) return
        isServing = true
        setImmediate(serve)
      })
    },
  }
}
