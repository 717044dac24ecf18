import type { BulkOptions, BulkResult, JobChanges, JobFilter, JobState } from "@sluice/core"
import type { View } from "../../page.ts"

/** What can be done with jobs. */
export const VERBS = ["cancel", "retry", "run", "update", "delete", "erase"] as const

export type VerbName = (typeof VERBS)[number]

/** The jobs that a verb is for. */
export const STATES_OF: Readonly<Record<VerbName, readonly JobState[]>> = {
  cancel: ["scheduled", "ready", "blocked", "waiting", "running"],
  retry: ["discarded", "canceled"],
  run: ["scheduled"],
  update: ["scheduled", "ready", "blocked", "waiting"],
  delete: ["succeeded", "discarded", "canceled"],
  erase: ["scheduled", "ready", "blocked", "waiting", "running", "succeeded", "discarded", "canceled"],
}

export function isVerb(text: string | null): text is VerbName {
  return VERBS.includes(text as VerbName)
}

/** What the verb does to all jobs that the filter means. */
export function actOnAll(
  { sluice, principal }: View,
  verb: VerbName,
  filter: JobFilter,
  options: BulkOptions,
  changes: JobChanges,
): Promise<BulkResult> {
  if (verb === "cancel") return sluice.cancelJobs(filter, options)
  if (verb === "retry")
    return sluice.retryJobs(filter, { ...options, retriedBy: principal.name.slice(0, 512) || "dashboard" })
  if (verb === "run") return sluice.runJobsNow(filter, options)
  if (verb === "delete") return sluice.deleteJobs(filter, options)
  if (verb === "erase") return sluice.eraseJobs(filter)
  return sluice.updateJobs(filter, changes, options)
}

/**
 * The filter, of whose states only those are left that the verb is for. Undefined: none is left, and nothing is meant. What is erased is
 * erased in all states; all jobs there are aren't meant by that, nor those of a state.
 */
export function filterFor(verb: VerbName, filter: JobFilter): JobFilter | undefined {
  if (verb === "erase") return filter.state === undefined && isNarrow(filter) ? filter : undefined
  const wanted = filter.state === undefined ? undefined : [filter.state].flat()
  const state = STATES_OF[verb].filter((state) => wanted?.includes(state) ?? true)
  return state.length === 0 ? undefined : { ...filter, state }
}

/** Whether it is about some jobs. `until` alone isn't: that is when the question was asked. */
function isNarrow(filter: JobFilter): boolean {
  return Object.keys(filter).some((field) => field !== "until")
}
