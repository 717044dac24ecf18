import type { JobFilter } from "@sluice/core"
import { UsageError } from "../option-spec.ts"
import type { OptionName, Options } from "../options.ts"

/** The options that say which jobs are meant. */
export const FILTER_OPTIONS: readonly OptionName[] = [
  "state",
  "name",
  "queue",
  "tag",
  "batch",
  "metadata",
  "unique-key",
  "concurrency-key",
  "key",
  "error-class",
  "input",
  "since",
  "until",
  "enqueued-before",
  "enqueued-after",
]

/** The conditions that were given. */
export function filterOf(options: Options): Omit<JobFilter, "ids"> {
  const { state, name, queue, tag, batch, metadata, uniqueKey, concurrencyKey } = options
  const { key, errorClass, input, since, until, enqueuedBefore, enqueuedAfter } = options
  if (tag !== undefined && tag.length > 1) throw new UsageError("--tag is given twice: give it once")
  const conditions = { state, name, queue, tag: tag?.[0], batch, metadata, uniqueKey, concurrencyKey }
  const contents = { key, errorClass, input }
  const times = { since, until, enqueuedBefore, enqueuedAfter }
  return Object.fromEntries(
    Object.entries({ ...conditions, ...contents, ...times }).filter(([, value]) => value !== undefined),
  )
}

/** The ids of jobs among the words. */
export function idsOf(words: readonly string[]): readonly string[] {
  const wrong = words.find((word) => !/^\d{1,15}$/.test(word))
  if (wrong === undefined) return words
  throw new UsageError(
    `${JSON.stringify(wrong)} is not the id of a job, which is a number. See sluice help jobs`,
  )
}
