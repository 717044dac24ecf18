import { join } from "node:path"
import { sstDuration } from "@sluice/aws"
import type { Duration } from "@sluice/core"
import { Resource } from "sst"

// The settings of a deployment: linked resources, which are encrypted, and environment variables.

interface Linked {
  App: { name: string; stage: string }
  SluiceDatabase: { url: string }
  SluiceApiKey: { value: string }
}

const linked = Resource as unknown as Linked

export const databaseUrl = () => linked.SluiceDatabase.url
export const apiKey = () => linked.SluiceApiKey.value
export const owner = () => `${linked.App.name}/${linked.App.stage}`
export const schema = process.env.SLUICE_SCHEMA || "sluice"
/** The name of the deployment in logs and metrics, as their dimension `service`. */
export const service = process.env.POWERTOOLS_SERVICE_NAME || "sluice"
export const maxDrainers = wholeNumber("SLUICE_MAX_DRAINERS", 10)
/** The function to invoke when a job is enqueued. Not set in the drain function, which needs none. */
export const drainFunction = process.env.SLUICE_DRAIN_FUNCTION
/** The drain function's timeout as in sst.config.ts, such as "15 minutes". */
export const drainTimeout = process.env.SLUICE_DRAIN_TIMEOUT && sstDuration(process.env.SLUICE_DRAIN_TIMEOUT)
export const linger = (process.env.SLUICE_LINGER || "200ms") as Duration
export const concurrency = wholeNumber("SLUICE_CONCURRENCY", 20)

/** Idle mode: the schedule of the wake-up (`group/name`), and the role with which it invokes the drain function. */
export function idle() {
  const { SLUICE_IDLE_SCHEDULE: schedule, SLUICE_IDLE_ROLE: roleArn } = process.env
  if (!schedule && !roleArn) return undefined
  if (schedule && roleArn && /^[^/]+\/[^/]+$/.test(schedule)) return { schedule, roleArn }
  throw new Error(
    `SLUICE_IDLE_SCHEDULE is ${JSON.stringify(schedule)} and SLUICE_IDLE_ROLE ${JSON.stringify(roleArn)}: give "group/name" and the ARN of a role, or neither`,
  )
}

/** The SQL files, which are deployed beside the bundle. */
export const migrationsDirectory = () => join(process.env.LAMBDA_TASK_ROOT ?? ".", "migrations")

function wholeNumber(name: string, fallback: number): number {
  const text = process.env[name]
  if (!text) return fallback
  if (/^\d{1,6}$/.test(text) && Number(text) > 0) return Number(text)
  throw new Error(`${name} is ${JSON.stringify(text)}: give a whole number of 1 or more`)
}
