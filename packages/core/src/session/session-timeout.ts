import { DatabaseUnavailableError } from "../errors.ts"

// How both ends of a session notice that the other one is gone. See docs/decisions/0019-session.md.

/** A statement at least this often, also when all jobs are long. */
const LONGEST_BEAT_MS = 1_000
const LONGEST_TICK_MS = 100

/** The server's side: an SQL expression that has the server end the session after the timeout. */
export function sqlSessionTimeout({
  schema,
  sessionTimeoutMs,
}: {
  schema: string
  sessionTimeoutMs: number
}): string {
  return `${schema}.set_session_timeout(p_timeout_ms => ${sessionTimeoutMs})`
}

/** How long a session may be quiet before it is time for a statement. */
export function beatMsOf(sessionTimeoutMs: number): number {
  return Math.min(LONGEST_BEAT_MS, sessionTimeoutMs / 4)
}

interface Statement {
  readonly sentAtMs: number
}

/** The drainer's side. */
export interface TimeoutWatch {
  noteSent(): Statement
  noteAnswered(statement: Statement): void
  isBeatDue(): boolean
  stop(): void
}

/**
 * Waits for the server's answers. The server counts from the last statement that it has received; this end counts from when
 * the last answered statement was sent, and waits for less time: it gives up before other drainers can claim the jobs.
 */
export function createTimeoutWatch(options: {
  sessionTimeoutMs: number
  untilGiveUpMs: () => number
  /** Called when the server hasn't answered in time. */
  onTimeout: (error: Error) => void
  /** Called while nothing has been sent for longer than a beat, and the server isn't known to be busy. */
  onQuiet: (() => void) | undefined
}): TimeoutWatch {
  const { sessionTimeoutMs, untilGiveUpMs, onTimeout, onQuiet } = options
  const beatMs = beatMsOf(sessionTimeoutMs)
  const tickMs = Math.min(LONGEST_TICK_MS, sessionTimeoutMs / 16)
  const answerWithinMs = sessionTimeoutMs * 0.8
  const inFlight = new Set<Statement>()
  let sentAtMs = performance.now()
  let heardAtMs = sentAtMs // when the last statement was sent that was answered
  let tickedAtMs = sentAtMs
  let hasWaitedOnce = false
  const timer = setInterval(tick, tickMs).unref()

  return {
    noteSent() {
      sentAtMs = performance.now()
      const statement = { sentAtMs }
      inFlight.add(statement)
      return statement
    },
    noteAnswered(statement) {
      inFlight.delete(statement)
      heardAtMs = Math.max(heardAtMs, statement.sentAtMs)
    },
    isBeatDue: () => performance.now() - sentAtMs > beatMs,
    stop: () => clearInterval(timer),
  }

  function tick(): void {
    const nowMs = performance.now()
    const isLate = nowMs - tickedAtMs > 2 * tickMs
    tickedAtMs = nowMs
    const reason = inFlight.size > 0 ? reasonToGiveUp(nowMs) : undefined
    // late: what is in flight may have been answered long ago
    if ((inFlight.size === 0 || isLate) && nowMs - sentAtMs > beatMs * 1.5) onQuiet?.()
    if (!reason) {
      hasWaitedOnce = false
    } else if (isLate && !hasWaitedOnce) {
      hasWaitedOnce = true // the event loop was blocked: answers that have arrived meanwhile are read first
    } else {
      onTimeout(new DatabaseUnavailableError("database_unavailable", reason))
    }
  }

  function reasonToGiveUp(nowMs: number): string | undefined {
    if (untilGiveUpMs() <= 0) return "The database did not answer in the time that was left"
    const [oldest] = inFlight
    const giveUpAtMs = Math.max(
      heardAtMs + answerWithinMs,
      (oldest?.sentAtMs ?? nowMs) + sessionTimeoutMs / 4,
    )
    return nowMs > giveUpAtMs ? `The database did not answer for ${answerWithinMs} ms` : undefined
  }
}
