import { type Duration, durationMs, type RateLimit } from "@sluice/core"
import { instant as isoInstant } from "@sluice/core/fields"
import type { MigrateOptions } from "@sluice/core/migrate"
import { parseJson } from "./json-text.ts"
import { refuse, UsageError } from "./option-spec.ts"

// How the texts of options become values. Core checks what they mean, and its errors are told in the words of the options.

const A_DAY_MS = 86_400_000

export function text(value: string, option: string): string {
  return value.trim() === "" ? refuse(option, value, "some text") : value
}

export function wholeNumber(least: number, most: number) {
  return (value: string, option: string): number => {
    const number = /^-?\d{1,15}$/.test(value) ? Number(value) : Number.NaN
    if (number >= least && number <= most) return number
    return refuse(option, value, `a whole number from ${least} to ${most}`)
  }
}

/** A limit, or that there is none. */
export function countOrNone(value: string, option: string): number | "none" {
  if (value === "none") return value
  const number = /^\d{1,7}$/.test(value) ? Number(value) : 0
  return number >= 1 && number <= 1_000_000
    ? number
    : refuse(option, value, "a whole number from 1 to 1000000, or none")
}

export function rateOrNone(value: string, option: string): RateLimit | "none" {
  if (value === "none") return value
  const [, limit, per] = /^([1-9]\d{0,6})\/(\w+)$/.exec(value) ?? []
  const ms = per === undefined ? Number.NaN : millisecondsOf(per)
  if (Number(limit) > 1_000_000 || !(ms >= 1_000 && ms <= 31 * A_DAY_MS))
    return refuse(option, value, "a rate such as 100/1m, of up to 1000000 in 1s to 31d, or none")
  return { limit: Number(limit), per: per as Duration }
}

export function duration(leastMs: number, mostMs: number, expected: string) {
  return (value: string, option: string): Duration => {
    const ms = millisecondsOf(value)
    if (ms >= leastMs && ms <= mostMs) return value as Duration
    return refuse(option, value, `a duration such as ${expected}`)
  }
}

/** Of any length: seconds as a number, or with units. */
export function anyDuration(value: string, option: string): Duration {
  const ms = millisecondsOf(/^\d+(\.\d+)?$/.test(value) ? `${value}s` : value)
  return Number.isNaN(ms) ? refuse(option, value, "a duration such as 90s, 5m or 1h30m") : ms / 1_000
}

/** ISO 8601, of which a day alone is its beginning in UTC. */
export function instant(value: string, option: string): string {
  const text = /^\d{4}-\d\d-\d\d$/.test(value) ? `${value}T00:00:00Z` : value
  try {
    isoInstant.assert(text, [])
    return text
  } catch {
    return refuse(option, value, "a day such as 2030-01-31, or an instant such as 2030-01-31T12:00:00Z")
  }
}

export function json(value: string, option: string): unknown {
  return parseJson(value, option)
}

export function jsonObject(value: string, option: string): Record<string, unknown> {
  const parsed = parseJson(value, option)
  if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed))
    return parsed as Record<string, unknown>
  return refuse(option, value, "a JSON object")
}

/** A list can't be empty: an empty variable of a script must not mean all queues. */
export function queueList(value: string, option: string): string[] {
  const list = value.split(",").map((queue) => queue.trim())
  if (list.every((queue) => /^[A-Za-z0-9._/:-]{1,128}$/.test(queue))) return list
  return refuse(option, value, 'queues separated by commas, such as "heavy,mail"')
}

/** A name elsewhere may contain an equals sign, a name in Sluice can't. */
export function namePair(value: string, option: string): readonly [string, string] {
  const [, from, to] = /^(.+)=([^=]+)$/.exec(value) ?? []
  if (from !== undefined && to !== undefined) return [from, to]
  return refuse(option, value, "a pair such as send_mail=send-mail")
}

/** The same rule as that of `createSluice`, for commands that call nothing of it; reserved words fail in Postgres. */
export function schemaName(name: string, source: string): string {
  if (/^[a-z_][a-z0-9_]{0,39}$/.test(name)) return name
  return refuse(source, name, "up to 40 lower-case letters, digits and _, starting with a letter or _")
}

/** Only a rough check: the first connection shows whether pg accepts it. */
export function databaseUrl(url: string, source: string): string {
  if (/^((postgres|postgresql|socket):|\/)/.test(url)) return url
  const example = "give one such as postgres://user:password@host:5432/database"
  throw new UsageError(`${source} is not a Postgres connection string: ${example}`)
}

/** JSON says it by state, queue and name; `migrate` checks what it contains. */
export function retention(value: string, option: string): MigrateOptions["retention"] {
  if (!value.startsWith("{"))
    return duration(A_DAY_MS, 36_500 * A_DAY_MS, '"30d", from a day to 36500 days')(value, option)
  try {
    return JSON.parse(value)
  } catch {
    return refuse(option, value, 'JSON such as \'{"succeeded":"1d"}\'')
  }
}

function millisecondsOf(value: string): number {
  try {
    return durationMs(value)
  } catch {
    return Number.NaN
  }
}
