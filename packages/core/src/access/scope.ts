import { formatList, formatValue } from "../checks/format-value.ts"
import { isRecord } from "../checks/validate.ts"
import { ForbiddenError } from "../errors.ts"
import { ONLY_QUEUES } from "../job/job-options.ts"
import { includesRole, type Principal, type Role } from "./principal.ts"

/** Throws `ForbiddenError` if who acts has no such role. */
export function assertRole({ name, role }: Principal, needed: Role): void {
  if (includesRole(role, needed)) return
  throw forbidden(`${formatValue(name)} has the role ${role}: this needs the role ${needed}`)
}

/** Whether it may enqueue some jobs only. */
export function isScoped({ names, queues }: Principal): boolean {
  return names !== undefined || queues !== undefined
}

/**
 * Returns the job as somebody who is limited may enqueue it, or throws `ForbiddenError`. It looks at what was given alone,
 * without the database: so a principal that is limited to several queues has to name that of each job. With one, it is that.
 *
 * @param what The job, for the message: `jobs[3]`.
 */
export function jobInScope(principal: Principal, job: unknown, what: string): unknown {
  if (!isRecord(job)) return job // what isn't a job is refused with a better message
  const options = inOnlyQueue(principal, job.options)
  assertInScope(principal, { name: job.name, options }, what)
  return principal.queues === undefined ? job : { ...job, options }
}

/** Throws `ForbiddenError` if who acts may not enqueue such a job. */
export function assertInScope(principal: Principal, job: unknown, what: string): void {
  if (!isRecord(job)) return
  const options = isRecord(job.options) ? job.options : {}
  assertName(principal, job.name, what)
  assertQueue(principal, options.queue, what)
  for (const [option, why] of Object.entries(REFUSED_OPTIONS))
    if (options[option] !== undefined)
      throw forbidden(`${what} has the option ${option}: ${limitedTo(principal)}, and ${why}`)
}

/** The options with the queue, if there is but one, and with what the database has to know of the limit. */
function inOnlyQueue({ queues }: Principal, options: unknown): unknown {
  if (queues === undefined || !(options === undefined || isRecord(options))) return options
  const [queue] = queues.length === 1 ? queues : [undefined]
  const isOpen = queue !== undefined && options?.queue === undefined
  return { ...options, ...(isOpen && { queue }), [ONLY_QUEUES]: queues }
}

/** What concerns jobs of any name and queue. The keys themselves are allowed: callers compute those that definitions need. */
const REFUSED_OPTIONS: Readonly<Record<string, string>> = {
  after: "may not name other jobs",
  concurrencyLimit: "may not limit other jobs with the same key",
  concurrencyOrder: "may not order other jobs with the same key",
  concurrencyOnRetry: "may not order other jobs with the same key",
  rate: "may not limit other jobs with the same key",
}

/** Refuses what touches jobs that who acts, who is limited, doesn't name. */
export function refuseScoped(principal: Principal, what: string): never {
  throw forbidden(`${limitedTo(principal)}, and ${what} may concern others`)
}

function assertName(principal: Principal, name: unknown, what: string): void {
  if (principal.names === undefined || principal.names.includes(name as string)) return
  throw forbidden(`${what} has the name ${formatValue(name)}: ${limitedTo(principal)}`)
}

function assertQueue(principal: Principal, queue: unknown, what: string): void {
  if (principal.queues === undefined || principal.queues.includes(queue as string)) return
  throw forbidden(
    queue === undefined
      ? `${what} has no queue: ${limitedTo(principal)}, and has to set options.queue to one of them`
      : `${what} has the queue ${formatValue(queue)}: ${limitedTo(principal)}`,
  )
}

function limitedTo({ name, names, queues }: Principal): string {
  const parts = [
    ...(names ? [`the jobs ${formatList(names)}`] : []),
    ...(queues ? [`the queues ${formatList(queues)}`] : []),
  ]
  return `${formatValue(name)} is limited to ${parts.join(" and ")}`
}

function forbidden(message: string): ForbiddenError {
  return new ForbiddenError("forbidden", message)
}
