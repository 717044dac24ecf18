import type { BulkOptions, BulkResult, JobChanges, JobFilter, JobState } from "@sluice/core"
import type { View } from "../../page.ts"

/** What can be done with jobs. */
export const VERBS = ["cancel", "retry", "run", "update", "delete"] as const

export type VerbName = (typeof VERBS)[number]

/** The jobs that a verb is for. */
export const STATES_OF: Readonly<Record<VerbName, readonly JobState[]>> = {
  cancel: ["scheduled", "ready", "blocked", "waiting", "running"],
  retry: ["discarded", "canceled"],
  run: ["scheduled"],
  update: ["scheduled", "ready", "blocked", "waiting"],
  delete: ["succeeded", "discarded", "canceled"],
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
  return sluice.updateJobs(filter, changes, options)
}

/** The filter, of whose states only those are left that the verb is for. Undefined: none is left, and nothing is meant. */
export function filterFor(verb: VerbName, filter: JobFilter): JobFilter | undefined {
  const wanted = filter.state === undefined ? undefined : [filter.state].flat()
  const state = STATES_OF[verb].filter((state) => wanted?.includes(state) ?? true)
  return state.length === 0 ? undefined : { ...filter, state }
}
