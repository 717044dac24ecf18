import type { Finding } from "./finding.ts"

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
  const check = "history"
  if (hasTomorrow) return { check, level: "ok", text: "tomorrow's partition of the history exists" }
  const text = "tomorrow's partition of the history is missing; the next drain creates it"
  return { check, level: "note", text }
}

/** A step that can't get a lock succeeds at its next try. One that has failed three times, over minutes, won't by itself. */
function upkeep({ failing }: UpkeepFacts): Finding {
  const check = "upkeep"
  if (failing.length === 0) return { check, level: "ok", text: "no step of the maintenance fails" }
  const named = failing.map(
    ({ step, failures, error, failedAt }) =>
      `${step} (${failures} times, last at ${new Date(failedAt).toISOString()}: ${error})`,
  )
  return {
    check,
    level: "wrong",
    text: `steps of the maintenance fail: ${named.join(", ")}. The other steps are done`,
  }
}

const MANY_DEAD_ROWS = 100_000

function bloat({ liveRows, deadRows, bytes, vacuumedAt }: UpkeepFacts): Finding {
  const check = "bloat"
  const size = `the table of jobs takes ${Math.ceil(bytes / 2 ** 20)} MiB, with ${deadRows} dead rows beside ${liveRows}`
  if (deadRows < MANY_DEAD_ROWS || deadRows < liveRows) return { check, level: "ok", text: size }
  const last = vacuumedAt === null ? "it was never vacuumed" : `vacuumed at ${vacuumedAt}`
  const remedy =
    "End old transactions, which keep dead rows, and see that autovacuum runs; vacuum jobs clears them away at once"
  return { check, level: "note", text: `${size}; ${last}`, remedy }
}
