import type { BulkResult } from "@sluice/core"
import { EXIT } from "../exit.ts"
import type { Options } from "../options.ts"
import { table } from "../output/table.ts"
import { capitalised, counted, printJson, styled } from "../output/terminal.ts"

/** As in "cancel", "canceling", "canceled". */
export type Words = readonly [infinitive: string, gerund: string, participle: string]

export interface Interruptible extends BulkResult {
  readonly isInterrupted?: boolean
}

/** As many as core returns of one call. */
export const MOST_REFUSED = 1_000
const SHOWN_REFUSED = 20

/** Prints what was done to jobs, of which these ids were given, and returns the exit code. */
export function reportBulk(
  words: Words,
  { isInterrupted = false, ...result }: Interruptible,
  ids: readonly string[],
  options: Options,
): number {
  const unmatched = Math.max(0, new Set(ids).size - result.matched)
  if (options.json) printJson(result)
  else for (const line of summary(words, result, options)) console.log(line)
  if (!options.json && unmatched > 0 && !isInterrupted)
    console.log(`${counted(unmatched, "id")} matched no job.`)
  if (isInterrupted) {
    console.error("Interrupted: there may be more.")
    return EXIT.interrupted
  }
  return result.refused.length === 0 && unmatched === 0 ? 0 : EXIT.unchanged
}

function summary([infinitive, , participle]: Words, result: BulkResult, { dryRun }: Options): string[] {
  const { matched, changed, refused } = result
  if (dryRun) return [`Would ${infinitive} ${counted(matched, "job")}.`]
  const lines = [`${capitalised(participle)} ${counted(changed, "job")}.`]
  if (refused.length === 0) return lines
  const atLeast = refused.length === MOST_REFUSED ? "At least " : ""
  lines.push(`${atLeast}${counted(refused.length, "job")} could not be ${participle}:`)
  lines.push(
    table(
      ["id", "why"],
      refused.slice(0, SHOWN_REFUSED).map(({ id, code }) => [id, code]),
    ),
  )
  if (refused.length > SHOWN_REFUSED) lines.push(styled("… and more, which --json has", "dim"))
  return lines
}
