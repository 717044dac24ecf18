import type { AnyJobDefinition } from "../job/define-job.ts"
import { createSuspects, type Suspects } from "./suspects.ts"

/** Jobs that are taken over from a dead drainer in one statement, each under a lock. */
const LARGEST_REAP = 500

/** Where a drainer stands in the queue. Changed by its claims. */
export interface ClaimPosition {
  /** The last place claimed; deleted rows before it need not be passed again. Null: look from the start. */
  resumeAfter: string | null
  fromStartAtMs: number
  /** What the last look from the start that found nothing more has seen: the next one passes over it. */
  seen: string | null
  /** When a look from the start looks at all nevertheless. */
  allAgainAtMs: number
  /** Of jobs that were claimed, and of those that definitions give. */
  readonly priorities: Set<number>
  /** Whether the last claim looked from the start and found fewer than it asked for. */
  isCaughtUp: boolean
  /** Whether the last claim brought fewer than it could have, because others in their place may not run now: go on behind them. */
  isCutShort: boolean
  /** When the next scheduled job is due, by the last look from the start. */
  dueAtMs: number
  largestClaim: number
  /** The same while one row is looked for that lets each claim fail with it; 0: that row is taken without being read. */
  largestReadable: number
  /** Claims that failed one after the other, for what passes. */
  failures: number
  /** Most jobs taken over from a dead drainer at once, when to go on with it, and how often in a row it brought nothing. */
  largestReap: number
  reapAgainAtMs: number
  fruitlessReaps: number
  readonly suspects: Suspects
}

export function createClaimPosition(definitions: ReadonlyMap<string, AnyJobDefinition>): ClaimPosition {
  return {
    resumeAfter: null,
    fromStartAtMs: 0,
    seen: null,
    allAgainAtMs: 0,
    priorities: prioritiesOf(definitions),
    isCaughtUp: false,
    isCutShort: false,
    dueAtMs: Number.POSITIVE_INFINITY,
    largestClaim: Number.POSITIVE_INFINITY,
    largestReadable: Number.POSITIVE_INFINITY,
    failures: 0,
    largestReap: LARGEST_REAP,
    reapAgainAtMs: 0,
    fruitlessReaps: 0,
    suspects: createSuspects(),
  }
}

function prioritiesOf(definitions: ReadonlyMap<string, AnyJobDefinition>): Set<number> {
  return new Set([...definitions.values()].map(({ priority = 0 }) => priority).slice(0, 50))
}
