import { unlessComputed } from "../job/call-option.ts"
import type { AnyJobDefinition } from "../job/define-job.ts"
import { createGlances, type Glances } from "./glances.ts"
import { createSuspects, type Suspects } from "./suspects.ts"
import { createTurns, type Turns } from "./turns.ts"

/** Before all jobs. */
const BEGINNING = "(-2147483648,-infinity,0)"
/**
 * How often a look from the start includes what was seen before, where jobs of long transactions come in. It passes every
 * deleted row that vacuum couldn't remove, so the longer it takes the less often it is done.
 */
const LOOK_AT_ALL_EVERY_MS = 1_000
const LONGEST_SHARE_OF_LOOKS = 0.05
/** As is_look_due has it. */
const LOOK_FROM_START_EVERY_MS = 1_000
/** More are not told apart: looks pass the deleted rows of the others. */
const MOST_PRIORITIES = 100
/** Of those that definitions give: the rest of the room is for those that claims bring. */
const MOST_DEFINED_PRIORITIES = 50
/** Jobs that are taken over from a dead drainer in one statement, each under a lock. */
const LARGEST_REAP = 500

/** Where a drainer stands in the queue, and how much it may claim at once. Changed by its claims only. */
export interface ClaimPosition {
  // the place in the queue
  /**
   * The last place looked at: deleted rows before it, and what others hold, need not be passed again. If others have claimed
   * behind it since, the next claim resumes there. Null: look from the start.
   */
  resumeAfter: string | null
  /** The claim that ended there. */
  lastClaim: number
  /** When it last looked from the start. After a second a claim does so again, unless other drainers have. */
  fromStartAtMs: number
  /** Whether the next claim, the drain's first, leaves that look to the one after, so that its jobs start sooner. */
  isLookPutOff: boolean
  /** What was seen up to the end of the queue: the next look from the start passes over it. */
  seen: string | null
  /** What is seen once the way from the start, in however many claims, has reached the end. */
  pass: string | null
  /** Whether that way began with a look at everything. */
  isPassWhole: boolean
  /**
   * Whether it passes jobs that it can't claim, on a way that looks at everything. It then follows nobody: led ahead by those
   * that claim new jobs, it would never look at what lies between.
   */
  isPassingOver: boolean
  /** How long claims have looked at jobs that this drainer can't claim, since the end was last reached. */
  passedOverMs: number
  /** When a look from the start includes what was seen before. */
  allAgainAtMs: number
  /** Of jobs that were claimed, and of those that definitions give. */
  readonly priorities: Set<number>

  // what the last claim found
  /** When it was sent. */
  sentAtMs: number
  /** Whether it looked from the start and found fewer than it asked for. */
  isCaughtUp: boolean
  /** Whether it brought jobs and left more behind them. */
  hasMore: boolean
  /** Whether it found fewer than it could have, because jobs in their place may not run now: claim again behind them. */
  isCutShort: boolean
  /** When the next scheduled job is due, by the last look from the start. */
  dueAtMs: number
  /** Since when it leaves the jobs to others that claim enough of them. Undefined: it doesn't. */
  standingBySinceMs: number | undefined
  readonly suspects: Suspects
  readonly turns: Turns
  readonly glances: Glances
  /** Whether the drainer waits for more of what just came, so that a glance may take the place of its next look. */
  mayGlance: boolean
  /** Whether it has only glanced since its last look. A drain doesn't end before another look. */
  hasGlanced: boolean

  /** How many jobs as large as those that it brought are returned at once. */
  mostThatFit: number

  // after failures
  /** Jobs that the server's lock table has room for. */
  largestClaim: number
  /** The same while one row is searched for that makes every claim fail; 0: that row is claimed without being read. */
  largestReadable: number
  /** Claims that failed one after the other, for a temporary reason. */
  failures: number
  largestReap: number
  /** When the next dead drainer is reaped. */
  reapAgainAtMs: number
  /** Reaps in a row that brought nothing. */
  fruitlessReaps: number
  /** When concurrency keys are computed again. */
  keysAgainAtMs: number
}

/**
 * @param wasWoken Whether the drain is there because jobs are ready, so that its first claim does nothing but claim them. What is due
 * but not ready yet then comes after them, whatever its priority.
 */
export function createClaimPosition(
  definitions: ReadonlyMap<string, AnyJobDefinition>,
  wasWoken: boolean,
): ClaimPosition {
  return {
    resumeAfter: BEGINNING,
    lastClaim: 0,
    fromStartAtMs: performance.now() - LOOK_FROM_START_EVERY_MS, // so the first look is due, and is overdue in time
    isLookPutOff: wasWoken,
    seen: null,
    pass: null,
    isPassWhole: false,
    isPassingOver: false,
    passedOverMs: 0,
    allAgainAtMs: 0,
    priorities: prioritiesOf(definitions),
    sentAtMs: 0,
    isCaughtUp: false,
    hasMore: false,
    isCutShort: false,
    dueAtMs: Number.POSITIVE_INFINITY,
    standingBySinceMs: undefined,
    suspects: createSuspects(),
    turns: createTurns(),
    glances: createGlances(),
    mayGlance: false,
    hasGlanced: false,
    mostThatFit: Number.POSITIVE_INFINITY,
    largestClaim: Number.POSITIVE_INFINITY,
    largestReadable: Number.POSITIVE_INFINITY,
    failures: 0,
    largestReap: LARGEST_REAP,
    reapAgainAtMs: 0,
    fruitlessReaps: 0,
    keysAgainAtMs: 0,
  }
}

function prioritiesOf(definitions: ReadonlyMap<string, AnyJobDefinition>): Set<number> {
  const priorities = Array.from(definitions.values(), ({ priority }) => unlessComputed(priority) ?? 0)
  return new Set(priorities.slice(0, MOST_DEFINED_PRIORITIES))
}

/** What a claim tells of the queue. */
export interface Look {
  /** The row that it has written. Null: none. */
  claim_id: number | null
  from_start: boolean
  /** Where to look next. */
  resume_after: string | null
  /** Whether there may be more behind that place. */
  more: boolean
  /** Whether it looked at everything. */
  whole: boolean
  /** What is seen once the end is reached. Null: unknown. */
  pass: string | null
  /** Milliseconds until the next scheduled job is due. */
  due_in_ms: number | null
}

/** Moves the position to where a claim has ended. `isFull`: it has brought as many jobs as it asked for. */
export function advance(position: ClaimPosition, look: Look, isFull: boolean, startedAtMs: number): void {
  position.isLookPutOff = false
  if (look.from_start) noteLookFromStart(position, look, startedAtMs)
  position.pass = look.pass
  if (!isFull) position.passedOverMs += performance.now() - startedAtMs
  position.isPassingOver = look.more && !isFull && position.isPassWhole
  if (!look.more) noteEnd(position)
  position.resumeAfter = look.more ? look.resume_after : null
  position.lastClaim = look.claim_id ?? position.lastClaim
  if (look.resume_after !== null) notePriority(position, look.resume_after)
}

function noteLookFromStart(position: ClaimPosition, { whole, due_in_ms }: Look, startedAtMs: number): void {
  position.fromStartAtMs = startedAtMs
  position.dueAtMs = due_in_ms === null ? Number.POSITIVE_INFINITY : startedAtMs + due_in_ms
  position.isPassWhole = whole
  if (whole) position.seen = null
}

function noteEnd(position: ClaimPosition): void {
  position.seen = position.pass ?? position.seen
  if (position.isPassWhole) {
    const pauseMs = Math.max(LOOK_AT_ALL_EVERY_MS, position.passedOverMs / LONGEST_SHARE_OF_LOOKS)
    position.allAgainAtMs = performance.now() + pauseMs
  }
  position.passedOverMs = 0
}

function notePriority({ priorities }: ClaimPosition, place: string): void {
  if (priorities.size < MOST_PRIORITIES) priorities.add(priorityAt(place))
}

/** The priority where ordinary claims continue. Null: at the start. */
export function nextPriority({ resumeAfter }: ClaimPosition): number | null {
  return resumeAfter === null ? null : priorityAt(resumeAfter)
}

/** A place in the queue begins with its priority. */
function priorityAt(place: string): number {
  return Number.parseInt(place.slice(1), 10)
}
