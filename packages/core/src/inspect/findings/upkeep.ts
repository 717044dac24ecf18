import type { Finding } from "./finding.ts"
import { found } from "./found.ts"

/** As the SQL function `examine_upkeep` returns them. */
interface UpkeepFacts {
  readonly hasTomorrow: boolean
  readonly days: number
  readonly oldestDay: string | null
  readonly failing: readonly { step: string; failures: number; error: string; failedAt: string }[]
  readonly liveRows: number
  readonly deadRows: number
  readonly bytes: number
  readonly vacuumedAt: string | null
}

export function upkeepFindings(facts: UpkeepFacts): Finding[] {
  return [history(facts), upkeep(facts), bloat(facts)]
}

/** A database in which nothing has drained for a day lacks it, and is well. */
function history({ hasTomorrow }: UpkeepFacts): Finding {
  return hasTomorrow ? found("history", "ok", "history_ready") : found("history", "note", "history_missing")
}

/** A step that can't get a lock succeeds at its next try. One that has failed three times, over minutes, won't by itself. */
function upkeep({ failing }: UpkeepFacts): Finding {
  if (failing.length === 0) return found("upkeep", "ok", "upkeep_well")
  const steps = failing.map((step) => ({ ...step, failedAt: new Date(step.failedAt).toISOString() }))
  return found("upkeep", "wrong", "upkeep_failing", { steps })
}

const MANY_DEAD_ROWS = 100_000

function bloat({ liveRows, deadRows, bytes: tableBytes, vacuumedAt }: UpkeepFacts): Finding {
  const size = { tableBytes, deadRows, liveRows }
  if (deadRows < MANY_DEAD_ROWS || deadRows < liveRows) return found("bloat", "ok", "dead_rows_few", size)
  if (vacuumedAt === null) return found("bloat", "note", "never_vacuumed", size)
  return found("bloat", "note", "dead_rows_many", { ...size, vacuumedAt: new Date(vacuumedAt).toISOString() })
}
