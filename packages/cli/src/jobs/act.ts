import {
  type BulkOptions,
  type BulkResult,
  type JobFilter,
  JobNotFoundError,
  JobStateError,
  type Sluice,
} from "@sluice/core"
import { EXIT, Interruption } from "../exit.ts"
import { UsageError } from "../option-spec.ts"
import type { Options } from "../options.ts"
import { confirm } from "../output/confirm.ts"
import { createProgress } from "../output/progress.ts"
import { capitalised, counted } from "../output/terminal.ts"
import { withSluice } from "../with-sluice.ts"
import { filterOf, idsOf } from "./filter.ts"
import { type Interruptible, MOST_REFUSED, reportBulk, type Words } from "./report.ts"

/** What is done to jobs: to one by its id, or to all that a filter matches. */
export interface Verb {
  readonly words: Words
  readonly one: (sluice: Sluice, id: string) => Promise<unknown>
  readonly all: (sluice: Sluice, filter: JobFilter, options: BulkOptions) => Promise<BulkResult>
  /** Whether `all` knows no slices: Ctrl-C ends the command at once. What it has changed until then stays changed. */
  readonly isOneCall?: boolean
}

/** After this time the progress is shown, and Ctrl-C is obeyed. */
const SLICE = "500ms"

/** Applies the verb to the jobs that the ids and options mean. */
export async function act(verb: Verb, options: Options, words: readonly string[]): Promise<number> {
  const ids = idsOf(words)
  const conditions = filterOf(options)
  const isFiltered = Object.keys(conditions).length > 0
  if (ids.length === 0 && !isFiltered)
    throw new UsageError("Which jobs? Give ids, or a filter such as --name or --state")
  const filter: JobFilter = ids.length === 0 ? conditions : { ...conditions, ids }
  return withSluice(options, async (sluice) => {
    if (options.dryRun)
      return reportBulk(verb.words, await inSlices(verb, sluice, filter, { dryRun: true }), ids, options)
    if (ids.length === 1 && !isFiltered) return actOnOne(verb, sluice, ids[0] as string, options)
    const total = ids.length > 0 || options.yes ? undefined : await askFirst(verb, sluice, filter)
    if (total === "no") return EXIT.unchanged
    return reportBulk(verb.words, await inSlices(verb, sluice, filter, {}, total), ids, options)
  })
}

/** Says how many jobs it would be. Returns their number, or "no". */
async function askFirst(verb: Verb, sluice: Sluice, filter: JobFilter): Promise<number | "no"> {
  const { matched, isInterrupted } = await inSlices(verb, sluice, filter, { dryRun: true })
  if (isInterrupted) throw new Interruption()
  if (matched === 0) return 0
  const [infinitive] = verb.words
  const isMeant = await confirm(`${capitalised(infinitive)} ${counted(matched, "job")}?`)
  if (isMeant) return matched
  console.error("Nothing was changed.")
  return "no"
}

/** Core says of one job why it can't be done. */
async function actOnOne(verb: Verb, sluice: Sluice, id: string, options: Options): Promise<number> {
  try {
    await verb.one(sluice, id)
    return reportBulk(verb.words, { matched: 1, changed: 1, refused: [] }, [id], options)
  } catch (error) {
    const isRefusal = error instanceof JobStateError || error instanceof JobNotFoundError
    if (!isRefusal || !options.json) throw error
    const matched = error instanceof JobNotFoundError ? 0 : 1
    return reportBulk(verb.words, { matched, changed: 0, refused: [{ id, code: error.code }] }, [id], options)
  }
}

/** A call for a time, and then the next one, until all is done or somebody has interrupted it. */
async function inSlices(
  verb: Verb,
  sluice: Sluice,
  filter: JobFilter,
  how: Pick<BulkOptions, "dryRun">,
  total?: number,
): Promise<Interruptible> {
  const progress = createProgress(how.dryRun ? "counting" : verb.words[1], total)
  let isInterrupted = false
  const interrupt = () => {
    isInterrupted = true
  }
  if (!verb.isOneCall) process.once("SIGINT", interrupt) // a second one ends the process
  let sum: BulkResult = { matched: 0, changed: 0, refused: [] }
  let next: string | undefined
  try {
    do {
      const slice = await verb.all(sluice, filter, {
        ...how,
        within: SLICE,
        ...(next !== undefined && { after: next }),
      })
      next = slice.next
      sum = {
        matched: sum.matched + slice.matched,
        changed: sum.changed + slice.changed,
        refused: [...sum.refused, ...slice.refused].slice(0, MOST_REFUSED),
      }
      progress.show(sum.matched)
    } while (next !== undefined && !isInterrupted)
  } finally {
    progress.end()
    process.off("SIGINT", interrupt)
  }
  return next === undefined ? sum : { ...sum, next, isInterrupted }
}
