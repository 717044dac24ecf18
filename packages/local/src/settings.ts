import { resolve } from "node:path"
import { durationMs } from "@sluice/core"
import { parseRate } from "./eventbridge/schedule.ts"
import { StartError } from "./start-error.ts"

/** What the environment says about `npm start`; each value is checked once, here. */
export interface Settings {
  readonly port: number
  readonly dataDir: string
  /** An existing database, instead of the embedded one. */
  readonly databaseUrl: string | undefined
  readonly apiKey: string | undefined
  readonly schedule: string
  readonly drainTimeoutMs: number
  readonly maxDrainers: number
  /** Passed to the functions as they are in a deployment. */
  readonly functionEnvironment: Record<string, string>
}

const KNOWN = [
  ...[
    "SLUICE_API_KEY",
    "SLUICE_CONCURRENCY",
    "SLUICE_DATA_DIR",
    "SLUICE_DRAIN_TIMEOUT",
    "SLUICE_LINGER",
    "SLUICE_IDLE",
    "SLUICE_MAX_DRAINERS",
  ],
  ...["SLUICE_SCHEDULE", "SLUICE_SCHEMA", "SLUICE_WEBHOOK_ALLOW"],
]
/** As sst.config.ts sets them; here nobody asks for the role. */
const IDLE = {
  SLUICE_IDLE_SCHEDULE: "default/sluice-wake-up",
  SLUICE_IDLE_ROLE: "arn:aws:iam::000000000000:role/local",
}
const LONGEST_TIMEOUT_MS = 15 * 60_000 // no Lambda function runs longer

type Environment = Readonly<Record<string, string | undefined>>

/** @param warn Is told of variables that look like settings and are none. */
export function readSettings(environment: Environment, warn: (line: string) => void): Settings {
  warnOfUnknown(environment, warn)
  const set = (name: string) => environment[name] || undefined
  const maxDrainers = wholeNumber(environment, "SLUICE_MAX_DRAINERS", 10, 1, 1_000)
  const concurrency = wholeNumber(environment, "SLUICE_CONCURRENCY", 20, 1, 10_000)
  const isIdle = onOrOff(environment, "SLUICE_IDLE")
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
      ...pick(environment, ["SLUICE_LINGER", "SLUICE_SCHEMA", "SLUICE_WEBHOOK_ALLOW"]),
      ...pick(environment, ["POWERTOOLS_LOG_LEVEL", "POWERTOOLS_SERVICE_NAME"]),
    },
  }
}

function warnOfUnknown(environment: Environment, warn: (line: string) => void): void {
  for (const name of Object.keys(environment)) {
    if (name.startsWith("SLUICE_") && !KNOWN.includes(name))
      warn(`warning: ${name} is no setting; known are ${KNOWN.join(", ")}`)
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

function onOrOff(environment: Environment, name: string): boolean {
  const text = environment[name] || "off"
  if (text !== "on" && text !== "off") refuse(name, is(text), "give on or off")
  return text === "on"
}

/** Whether pg can read it is told by the first connection. */
function databaseUrl(text: string | undefined): string | undefined {
  if (text !== undefined && !/^((postgres|postgresql|socket):|\/)/.test(text)) {
    refuse(
      "DATABASE_URL",
      "is no Postgres connection string",
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

/** As in sst.config.ts ("15 minutes"), or as in a job's options ("30s"). */
function timeoutMs(text: string): number {
  const short = text.replace(/^(\d+) (second|minute)s?$/, (_, count, unit) => `${count}${unit[0]}`)
  const ms = /^\d/.test(short) ? orNaN(() => durationMs(short)) : Number.NaN
  if (!(ms >= 1_000 && ms <= LONGEST_TIMEOUT_MS)) {
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

function pick(environment: Environment, names: string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])))
}

function is(text: string): string {
  return `is ${JSON.stringify(text)}`
}

function refuse(name: string, what: string, remedy: string): never {
  throw new StartError("invalid_setting", `${name} ${what}: ${remedy}`)
}
