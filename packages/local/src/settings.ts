import { resolve } from "node:path"
import { sstDuration } from "@sluice/aws"
import { durationMs } from "@sluice/core"
import { parseRate } from "./eventbridge/schedule.ts"
import { StartError } from "./start-error.ts"

/** The settings of `npm start`, read from the environment and checked once, here. */
export interface Settings {
  readonly port: number
  readonly dataDir: string
  /** An existing database, instead of the embedded one. */
  readonly databaseUrl: string | undefined
  readonly apiKey: string | undefined
  readonly schedule: string
  readonly drainTimeoutMs: number
  readonly maxDrainers: number
  /** Environment variables of the functions, as in a deployment. */
  readonly functionEnvironment: Record<string, string>
}

const KNOWN_SETTINGS = [
  "SLUICE_API_KEY",
  "SLUICE_CONCURRENCY",
  "SLUICE_DATA_DIR",
  "SLUICE_DRAIN_TIMEOUT",
  "SLUICE_IDLE",
  "SLUICE_LINGER",
  "SLUICE_MAX_DRAINERS",
  "SLUICE_SCHEDULE",
  "SLUICE_SCHEMA",
  "SLUICE_WEBHOOK_ALLOW",
]
/** Passed to the functions without validation here. */
const PASSED_ON = [
  "SLUICE_LINGER",
  "SLUICE_SCHEMA",
  "SLUICE_WEBHOOK_ALLOW",
  "POWERTOOLS_LOG_LEVEL",
  "POWERTOOLS_SERVICE_NAME",
]
/** As the deployment sets them; the local host ignores the role. */
const IDLE = {
  SLUICE_IDLE_SCHEDULE: "default/sluice-wake-up",
  SLUICE_IDLE_ROLE: "arn:aws:iam::000000000000:role/local",
}
const MAX_TIMEOUT_MS = 15 * 60_000 // Lambda's

type Environment = Readonly<Record<string, string | undefined>>

/** @param warn Receives a line for each variable that looks like a setting but is unknown. */
export function readSettings(environment: Environment, warn: (line: string) => void): Settings {
  warnOfUnknown(environment, warn)
  const set = (name: string) => environment[name] || undefined
  const maxDrainers = wholeNumber(environment, "SLUICE_MAX_DRAINERS", 10, 1, 1_000)
  const concurrency = wholeNumber(environment, "SLUICE_CONCURRENCY", 20, 1, 10_000)
  const isIdle = parseSwitch(environment, "SLUICE_IDLE")
  return {
    port: wholeNumber(environment, "PORT", 3000, 0, 65_535),
    dataDir: resolve(set("SLUICE_DATA_DIR") ?? ".sluice"),
    databaseUrl: databaseUrl(set("DATABASE_URL")),
    apiKey: set("SLUICE_API_KEY"),
    schedule: schedule(set("SLUICE_SCHEDULE") ?? (isIdle ? "rate(1 hour)" : "rate(1 minute)")),
    drainTimeoutMs: timeoutMs(set("SLUICE_DRAIN_TIMEOUT") ?? "15 minutes"),
    maxDrainers,
    functionEnvironment: {
      SLUICE_MAX_DRAINERS: String(maxDrainers),
      SLUICE_CONCURRENCY: String(concurrency),
      ...(isIdle && IDLE),
      ...pick(environment, PASSED_ON),
    },
  }
}

function warnOfUnknown(environment: Environment, warn: (line: string) => void): void {
  for (const name of Object.keys(environment)) {
    if (name.startsWith("SLUICE_") && !KNOWN_SETTINGS.includes(name))
      warn(`warning: ${name} is not a setting; known are ${KNOWN_SETTINGS.join(", ")}`)
  }
}

function wholeNumber(
  environment: Environment,
  name: string,
  fallback: number,
  least: number,
  most: number,
): number {
  const text = environment[name]
  if (!text) return fallback
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (!(number >= least && number <= most))
    refuse(name, is(text), `give a whole number from ${least} to ${most}`)
  return number
}

function parseSwitch(environment: Environment, name: string): boolean {
  const text = environment[name] || "off"
  if (text !== "on" && text !== "off") refuse(name, is(text), "give on or off")
  return text === "on"
}

/** Only a rough check: the first connection shows whether pg accepts it. */
function databaseUrl(text: string | undefined): string | undefined {
  if (text !== undefined && !/^((postgres|postgresql|socket):|\/)/.test(text)) {
    refuse(
      "DATABASE_URL",
      "is not a Postgres connection string",
      "give one such as postgres://user:password@host:5432/database",
    )
  }
  return text
}

function schedule(text: string): string {
  try {
    parseRate(text)
    return text
  } catch (error) {
    return refuse("SLUICE_SCHEDULE", is(text), (error as Error).message)
  }
}

/** Accepts SST's form ("15 minutes") and Sluice's ("30s"). */
function timeoutMs(text: string): number {
  const duration = sstDuration(text)
  const ms = /^\d/.test(duration) ? orNaN(() => durationMs(duration)) : Number.NaN
  if (!(ms >= 1_000 && ms <= MAX_TIMEOUT_MS)) {
    refuse(
      "SLUICE_DRAIN_TIMEOUT",
      is(text),
      'give 1 second to 15 minutes, such as "10 seconds" or "15 minutes"',
    )
  }
  return ms
}

function orNaN(compute: () => number): number {
  try {
    return compute()
  } catch {
    return Number.NaN
  }
}

function pick(environment: Environment, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])))
}

function is(text: string): string {
  return `is ${JSON.stringify(text)}`
}

function refuse(name: string, what: string, remedy: string): never {
  throw new StartError("invalid_setting", `${name} ${what}: ${remedy}`)
}
