import type { JobList, ListedJob, Sluice } from "@sluice/core"
import type { Options } from "../options.ts"
import { type Cell, table } from "../output/table.ts"
import { printJson, styled, styleOfState } from "../output/terminal.ts"
import { fromNow, shortDuration } from "../output/times.ts"
import { withSluice } from "../with-sluice.ts"
import { filterOf } from "./filter.ts"

/** Most jobs that one call returns. */
const PAGE = 1_000

/** Prints the jobs that the filter matches, the newest first. */
export async function listJobs(options: Options): Promise<number> {
  const { jobs, next } = await withSluice(options, (sluice) => readJobs(sluice, options))
  if (options.json) printJson({ jobs, ...(next !== undefined && { next }) })
  else if (jobs.length === 0 && next === undefined) console.log("No job matches.")
  else {
    console.log(table(["id", "name", "state", "queue", "attempts", "when", "took"], jobs.map(row)))
    if (next !== undefined) console.log(styled(`There may be more: --after ${next}`, "dim"))
  }
  return 0
}

/** One call looks for a time only, so it may take several to find as many as wanted. */
async function readJobs(sluice: Sluice, options: Options): Promise<JobList> {
  const filter = filterOf(options)
  const jobs: ListedJob[] = []
  let next = options.after
  do {
    const limit = Math.min(options.limit - jobs.length, PAGE)
    const page = await sluice.listJobs(filter, { limit, ...(next !== undefined && { after: next }) })
    jobs.push(...page.jobs)
    next = page.next
  } while (next !== undefined && jobs.length < options.limit)
  return { jobs, ...(next !== undefined && { next }) }
}

function row(job: ListedJob): Cell[] {
  const attempts = job.maxAttempts === null ? `${job.attempts}` : `${job.attempts} of ${job.maxAttempts}`
  const state: Cell = [job.state, styleOfState(job.state)]
  return [job.id, job.name, state, job.queue, attempts, whenOf(job), took(job)]
}

function whenOf({ finishedAt, runAt }: ListedJob): string {
  return finishedAt ? `ended ${fromNow(finishedAt)}` : `due ${fromNow(runAt)}`
}

function took({ durationMs }: ListedJob): string {
  return durationMs === null ? "" : shortDuration(durationMs)
}
