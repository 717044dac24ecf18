import type { ClientBase } from "pg"
import { assertPolicies } from "../checks/policies.ts"
import { refuse } from "../checks/validate.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { assertSchedules } from "../job/assert-schedules.ts"
import type { AnyJobDefinition } from "../job/define-job.ts"
import type { ScheduleDefinition } from "../job/define-schedule.ts"
import { definitionsJson } from "../job/definitions-json.ts"
import { indexByName } from "../job/index-by-name.ts"
import type { JobPolicies } from "../job/job-options.ts"

/** What a deployment says of its jobs, for those that are enqueued by name, over SQL or over HTTP. */
export interface RegisteredJobs {
  /**
   * Definitions to register in the database, until the next deployment registers its own. A job that is then enqueued by
   * name alone gets the queue, priority and concurrency of its definition. Default: what drainers register when they open.
   */
  readonly jobs?: readonly AnyJobDefinition[]
  /**
   * Schedules of these jobs, in place of those of the last deployment: one that isn't among them is removed. Dynamic ones, which were
   * created otherwise, stay.
   */
  readonly schedules?: readonly ScheduleDefinition[]
  /** The `defaults` of the app's `createSluice`, for `jobs` that don't set them. */
  readonly defaults?: JobPolicies
  /**
   * What becomes of a job that is enqueued by a name that neither a deployment nor a drainer has registered: it is refused
   * with `unknown_job`, or stored until a drainer knows it. Needs `jobs`. Default `"refuse"`; `"accept"` as long as no
   * deployment has registered jobs.
   */
  readonly unknownNames?: "refuse" | "accept"
}

export function assertRegisteredJobs({ jobs, schedules, defaults, unknownNames }: RegisteredJobs): void {
  const isList = Array.isArray(jobs) && jobs.every((job) => typeof job?.name === "string")
  if (jobs !== undefined && !isList)
    refuse("invalid_jobs", jobs, ["migrate", "jobs"], "a list of job definitions")
  indexByName(jobs ?? [])
  assertSchedules(schedules, jobs, ["migrate", "schedules"])
  if (unknownNames !== undefined && !(jobs && ["refuse", "accept"].includes(unknownNames)))
    refuse(
      "invalid_option",
      unknownNames,
      ["migrate", "unknownNames"],
      '"refuse" or "accept", together with jobs',
    )
  if (defaults !== undefined && !jobs)
    refuse("invalid_option", defaults, ["migrate", "defaults"], "defaults only together with jobs")
  assertPolicies(defaults ?? {}, ["migrate", "defaults"])
}

/** Registers the definitions, if there are any. */
export async function registerJobs(
  client: ClientBase,
  schema: string,
  { jobs, schedules, defaults = {}, unknownNames = "refuse" }: RegisteredJobs,
): Promise<void> {
  if (!jobs) return
  const { text, values } = protocolCall(schema, "register_definitions", {
    p_definitions: definitionsJson(jobs, defaults, schedules),
    p_refuses_unknown: unknownNames === "refuse",
  })
  await client.query(`select ${text}`, values)
}
