// The variables that the component of `@sluice/aws/sst` sets, in its own functions and in those it is linked to. They are
// read when a handler or a Sluice is created; importing this package reads none.

import { existsSync } from "node:fs"
import { join } from "node:path"
import { type Duration, durationMs, InvalidInputError, type Sluice, type SluiceOptions } from "@sluice/core"
import type { MigrateOptions } from "@sluice/core/migrate"
import type { IdleOptions } from "./drain/idle.ts"
import { versionOfCode } from "./drain/version.ts"
import { sstDuration } from "./sst-duration.ts"
import { createWake, type PoolFunctions } from "./wake.ts"

/**
 * Returns the options of `createSluice` that the component's environment sets: `schema`, and `wake`, which invokes the
 * drain function, or that of the pool that serves the job's queue. Where the component has set nothing, for example in a test, it returns `{}`.
 *
 * A function that two queues are linked to has the variables of one of them only. Pass `schema` and `wake` yourself there,
 * from the linked resources: `createWake(Resource.Mail.drainFunction)`.
 */
export function fromEnvironment(): Pick<SluiceOptions, "schema" | "wake"> {
  const schema = text("SLUICE_SCHEMA")
  const drainFunction = text("SLUICE_DRAIN_FUNCTION") // not set in a drain function that has no other pools to wake
  return {
    ...(schema && { schema }),
    ...(drainFunction && { wake: createWake(drainFunction, undefined, poolFunctions()) }),
  }
}

/** Defaults of `createDrainHandler`. Throws `InvalidInputError` (`invalid_setting`, `invalid_duration`). */
export function drainEnvironment() {
  return {
    concurrency: wholeNumber("SLUICE_CONCURRENCY", 10_000),
    maxDrainers: wholeNumber("SLUICE_MAX_DRAINERS", 1_000),
    linger: duration("SLUICE_LINGER"),
    timeout: duration("SLUICE_DRAIN_TIMEOUT"),
    service: text("POWERTOOLS_SERVICE_NAME"),
    version: text("SLUICE_VERSION") ?? versionOfCode(text("LAMBDA_TASK_ROOT"), text("_HANDLER")),
    idle: idle(),
    queues: queueList("SLUICE_QUEUES"),
    except: queueList("SLUICE_EXCEPT_QUEUES"),
  }
}

/** Where the function runs. Undefined outside of Lambda. */
export function region(): string | undefined {
  return text("AWS_REGION")
}

/** Defaults of `createMigrateHandler`. */
export function migrateEnvironment() {
  return {
    schema: text("SLUICE_SCHEMA"),
    owner: text("SLUICE_OWNER"),
    retention: retention("SLUICE_RETENTION"),
    directory: deployedMigrations(),
  }
}

/** Options that are given win over the environment's. One that is undefined counts as not given. */
export function withDefaults<Options extends object>(
  options: Options,
  defaults: { [Key in keyof Options]?: Options[Key] | undefined },
): Options {
  const all = [...Object.entries(defaults), ...Object.entries(options)]
  return Object.fromEntries(all.filter(([, value]) => value !== undefined)) as Options
}

/** Refuses a Sluice without `fromEnvironment()`: it would perform the jobs of whichever deployment uses its schema. */
export function assertComponentSchema({ schema }: Sluice): void {
  const deployed = text("SLUICE_SCHEMA")
  if (deployed === undefined || deployed === schema) return
  throw new InvalidInputError(
    "invalid_setting",
    `SLUICE_SCHEMA is ${JSON.stringify(deployed)}, but this handler's Sluice uses the schema ${JSON.stringify(schema)}: create it with createSluice({ ...fromEnvironment(), … }), or give the component the same schema`,
    { path: ["schema"] },
  )
}

/** The component deploys the SQL files beside the bundle. */
function deployedMigrations(): string | undefined {
  const directory = join(text("LAMBDA_TASK_ROOT") ?? ".", "migrations")
  return existsSync(directory) ? directory : undefined
}

/** Idle mode: the schedule of the wake-up, and the role with which it invokes the drain function. */
function idle(): IdleOptions | undefined {
  const schedule = text("SLUICE_IDLE_SCHEDULE")
  const roleArn = text("SLUICE_IDLE_ROLE")
  if (!schedule && !roleArn) return undefined
  if (schedule && roleArn && /^[^/]+\/[^/]+$/.test(schedule)) return { schedule, roleArn }
  throw new InvalidInputError(
    "invalid_setting",
    `SLUICE_IDLE_SCHEDULE is ${quote(schedule)} and SLUICE_IDLE_ROLE is ${quote(roleArn)}: give "group/name" and the ARN of a role, or neither`,
    { path: ["SLUICE_IDLE_SCHEDULE"] },
  )
}

/** `{ "app-dev-QueueDrainHeavy": ["heavy"] }` */
function poolFunctions(): PoolFunctions {
  const value = text("SLUICE_POOLS")
  try {
    const pools = JSON.parse(value ?? "{}")
    if (Object.values(pools).every(isTextList)) return pools
  } catch {}
  throw new InvalidInputError(
    "invalid_setting",
    `SLUICE_POOLS is ${quote(value)}: give a JSON object with a list of queues for each drain function`,
    { path: ["SLUICE_POOLS"] },
  )
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === "string")
}

/** Separated by commas, which names of queues don't have. An empty list would say all queues where none is meant. */
function queueList(name: string): string[] | undefined {
  const value = process.env[name]
  if (value === undefined) return undefined
  const queues = value.split(",").map((queue) => queue.trim())
  if (queues.every((queue) => queue !== "")) return queues
  throw new InvalidInputError(
    "invalid_setting",
    `${name} is ${quote(value)}: give queues separated by commas, such as "heavy,mail", or don't set it`,
    { path: [name] },
  )
}

/** As Sluice takes it (`"15m"`), also from SST's form (`"15 minutes"`). */
function duration(name: string): Duration | undefined {
  const value = text(name)
  if (value === undefined) return undefined
  const converted = sstDuration(value)
  durationMs(converted, [name])
  return converted
}

/** One duration, or JSON that says it by state, queue and name, which `migrate` checks. */
function retention(name: string): MigrateOptions["retention"] {
  const value = text(name)
  if (!value?.startsWith("{")) return duration(name)
  try {
    return JSON.parse(value)
  } catch (cause) {
    const message = `${name} is ${quote(value)}, which isn't JSON: give a duration or an object of durations`
    throw new InvalidInputError("invalid_setting", message, { path: [name], cause })
  }
}

function wholeNumber(name: string, most: number): number | undefined {
  const value = text(name)
  if (value === undefined) return undefined
  if (/^\d{1,9}$/.test(value) && Number(value) >= 1 && Number(value) <= most) return Number(value)
  throw new InvalidInputError(
    "invalid_setting",
    `${name} is ${quote(value)}: give a whole number from 1 to ${most}`,
    { path: [name] },
  )
}

/** An empty variable counts as not set. */
function text(name: string): string | undefined {
  return process.env[name] || undefined
}

function quote(value: string | undefined): string {
  return value === undefined ? "not set" : JSON.stringify(value)
}
