import { join, resolve } from "node:path"
import { pathToFileURL } from "node:url"
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
  readonly output: {
    readonly json: boolean
    /** Whether the debug lines of jobs are shown. */
    readonly debug: boolean
  }
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
  "SLUICE_LOG",
  "SLUICE_MAX_DRAINERS",
  "SLUICE_SCHEDULE",
  "SLUICE_SCHEMA",
  "SLUICE_WEBHOOK_ALLOW",
]
/** Passed to the functions if they are set. The functions' own code checks SLUICE_WEBHOOK_ALLOW at the start. */
const PASSED_ON = ["SLUICE_LINGER", "SLUICE_SCHEMA", "SLUICE_WEBHOOK_ALLOW", "POWERTOOLS_SERVICE_NAME"]
/** Powertools'. Below DEBUG, the drain function doesn't say which jobs succeeded. */
const LOG_LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "CRITICAL", "SILENT"]
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
  const isIdle = choice(environment, "SLUICE_IDLE", ["off", "on"]) === "on"
  checkLinger(set("SLUICE_LINGER"))
  checkSchema(set("SLUICE_SCHEMA"))
  const logLevel = choice(environment, "POWERTOOLS_LOG_LEVEL", ["", ...LOG_LEVELS])
  const dataDir = resolve(set("SLUICE_DATA_DIR") ?? ".sluice")
  return {
    port: wholeNumber(environment, "PORT", 3000, 0, 65_535),
    dataDir,
    databaseUrl: databaseUrl(set("DATABASE_URL")),
    apiKey: apiKey(set("SLUICE_API_KEY")),
    schedule: schedule(set("SLUICE_SCHEDULE") ?? (isIdle ? "rate(1 hour)" : "rate(1 minute)")),
    drainTimeoutMs: timeoutMs(set("SLUICE_DRAIN_TIMEOUT") ?? "15 minutes"),
    maxDrainers,
    output: {
      json: choice(environment, "SLUICE_LOG", ["readable", "json"]) === "json",
      debug: logLevel === "DEBUG" || logLevel === "TRACE",
    },
    functionEnvironment: {
      POWERTOOLS_LOG_LEVEL: logLevel || "DEBUG",
      SLUICE_MAX_DRAINERS: String(maxDrainers),
      SLUICE_CONCURRENCY: String(concurrency),
      ...(isIdle && { ...IDLE, SLUICE_SNAPSHOT: pathToFileURL(join(dataDir, "overview.json")).href }),
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

/** One of some words, the first by default. */
function choice(environment: Environment, name: string, words: readonly string[]): string {
  const text = environment[name] || (words[0] as string)
  if (!words.includes(text)) refuse(name, is(text), `give ${words.filter(Boolean).join(" or ")}`)
  return text
}

function checkLinger(text: string | undefined): void {
  if (text !== undefined && Number.isNaN(orNaN(() => durationMs(text))))
    refuse("SLUICE_LINGER", is(text), 'give a duration such as "200ms" or "30s"')
}

/** The same rule as that of `migrate`, which knows reserved words too. */
function checkSchema(text: string | undefined): void {
  if (text !== undefined && !/^[a-z_][a-z0-9_]{0,39}$/.test(text))
    refuse(
      "SLUICE_SCHEMA",
      is(text),
      "give up to 40 lower-case letters, digits and _, starting with a letter or _",
    )
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

/** One or more, separated by commas. The error doesn't show them. */
function apiKey(text: string | undefined): string | undefined {
  if (text !== undefined && !text.split(",").every((key) => /^[\x21-\x7e]+$/.test(key.trim())))
    refuse("SLUICE_API_KEY", "can't be sent in a header", "give visible ASCII characters without spaces")
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
