import { InvalidInputError, type SnapshotStore } from "@sluice/core"
import { assertKnownKeys, assertSluice } from "@sluice/core/checks"
import { isMissing, keysIn } from "../messages/missing-key.ts"
import type { DashboardOptions, Settings } from "./options.ts"
import { redactKeys } from "./redact.ts"
import { memoryStore } from "./snapshot-store.ts"

const HOUR_MS = 3_600_000
/** Shorter ones could be guessed from a signed cookie. */
const SHORTEST_SECRET = 16
const HOW_TO_MAKE_ONE = "make a longer one, such as `openssl rand -hex 24` prints"

const OPTION_KEYS = Object.keys({
  sluice: true,
  apiKey: true,
  identity: true,
  sessionSecret: true,
  trustedProxies: true,
  basePath: true,
  sessionIdleMs: true,
  sessionLifetimeMs: true,
  redact: true,
  jsonSchema: true,
  logLink: true,
  idle: true,
  log: true,
} satisfies Record<keyof DashboardOptions, true>)

export function settingsOf(options: DashboardOptions): Settings {
  assertKnownKeys(options, OPTION_KEYS, ["createDashboard"])
  assertSluice(options.sluice, ["createDashboard", "sluice"])
  const { sluice, identity, redact = redactKeys(), jsonSchema, log = console } = options
  if (jsonSchema !== undefined && typeof jsonSchema !== "function")
    refuse("jsonSchema", "is no function; give one that returns the JSON Schema of an input schema")
  const apiKeys = keysIn(options.apiKey)
  const secrets = isMissing(options.sessionSecret) ? apiKeys : [options.sessionSecret as string]
  const isShort = secrets.some((secret) => secret.length < SHORTEST_SECRET)
  if (isShort && secrets !== apiKeys)
    refuse("sessionSecret", `is shorter than ${SHORTEST_SECRET} characters; ${HOW_TO_MAKE_ONE}`)
  if (isShort)
    log.warn(`apiKey is shorter than ${SHORTEST_SECRET} characters, so it can be guessed; ${HOW_TO_MAKE_ONE}`)
  return {
    sluice,
    apiKeys,
    identity,
    takesKeys: apiKeys.length > 0 || identity === undefined,
    secrets,
    trustedProxies: countOf("trustedProxies", options.trustedProxies ?? 0),
    base: baseOf(options.basePath ?? ""),
    idleMs: positive("sessionIdleMs", options.sessionIdleMs ?? 2 * HOUR_MS),
    lifetimeMs: positive("sessionLifetimeMs", options.sessionLifetimeMs ?? 12 * HOUR_MS),
    snapshots: snapshotsOf(options.idle),
    redact,
    logLink: options.logLink,
    jsonSchema,
    log,
  }
}

function snapshotsOf(idle: DashboardOptions["idle"]): SnapshotStore | undefined {
  if (idle === true) return memoryStore()
  if (!idle) return undefined
  if (typeof idle.snapshots?.read !== "function" || typeof idle.snapshots.write !== "function")
    refuse("idle", "has no snapshots to read and write; give true, or { snapshots: createSnapshotStore(…) }")
  return idle.snapshots
}

function baseOf(path: string): string {
  const base = path.replace(/\/+$/, "")
  if (base !== "" && !/^(\/[\w.~-]+)+$/.test(base)) {
    refuse("basePath", `is ${JSON.stringify(path)}; give a path such as "/dashboard"`)
  }
  return base
}

function countOf(name: string, value: number): number {
  if (!(Number.isInteger(value) && value >= 0 && value <= 20))
    refuse(name, `is ${value}; give a number from 0 to 20`)
  return value
}

function positive(name: string, value: number): number {
  if (!(Number.isFinite(value) && value > 0)) refuse(name, `is ${value}; give a time in milliseconds`)
  return value
}

function refuse(name: string, what: string): never {
  throw new InvalidInputError("invalid_option", `${name} ${what}`, { path: [name] })
}
