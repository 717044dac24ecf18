import { formatList, formatValue } from "../checks/format-value.ts"
import { isRecord } from "../checks/validate.ts"
import { ForbiddenError } from "../errors.ts"
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
 * Throws `ForbiddenError` if who acts may not enqueue such a job. It looks at what was given alone, without the database:
 * so a principal that is limited to queues has to name the queue of each job.
 *
 * @param what The job, for the message: `jobs[3]`.
 */
export function assertInScope(principal: Principal, job: unknown, what: string): void {
  if (!isScoped(principal) || !isRecord(job)) return // what isn't a job is refused with a better message
  const options = isRecord(job.options) ? job.options : {}
  assertName(principal, job.name, what)
  assertQueue(principal, options.queue, what)
  for (const [option, why] of Object.entries(REFUSED_OPTIONS))
    if (options[option] !== undefined)
      throw forbidden(`${what} has the option ${option}: ${limitedTo(principal)}, and ${why}`)
  assertKeepsOthers(principal, options.unique, what)
}

/** What concerns jobs of any name and queue. The keys themselves are allowed: callers compute those that definitions need. */
const REFUSED_OPTIONS: Readonly<Record<string, string>> = {
  after: "may not name other jobs",
  concurrencyLimit: "may not limit other jobs with the same key",
  concurrencyOrder: "may not order other jobs with the same key",
  concurrencyOnRetry: "may not order other jobs with the same key",
  rate: "may not limit other jobs with the same key",
}

/** Throws `ForbiddenError` for what touches jobs that who acts doesn't name. */
export function assertUnscoped(principal: Principal, what: string): void {
  if (isScoped(principal)) throw forbidden(`${limitedTo(principal)}, and ${what} may concern others`)
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

/** A unique key is one of a name, so the job that has it may be in another queue. */
function assertKeepsOthers(principal: Principal, unique: unknown, what: string): void {
  if (principal.queues === undefined || !isRecord(unique)) return
  const { onConflict } = unique
  if (onConflict !== undefined && onConflict !== "keep" && onConflict !== "reject")
    throw forbidden(
      `${what} has unique.onConflict ${formatValue(onConflict)}: ${limitedTo(principal)}, and may not change jobs in others`,
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
