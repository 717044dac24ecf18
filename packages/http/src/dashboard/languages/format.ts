import { fill, type Plural } from "./text.ts"

/** Writes numbers, times and durations as the reader's language does. */
export interface Format {
  readonly number: (value: number) => string
  /** A count that stopped at a limit: `10,000+`. */
  readonly atLeast: (value: number) => string
  /** 0.031 as `3.1%`. */
  readonly percent: (ratio: number) => string
  readonly bytes: (bytes: number) => string
  /** In its two largest units: `1h 5m`, `420ms`. */
  readonly duration: (ms: number) => string
  /** `3 minutes ago`, `in 2 hours`. */
  readonly relative: (at: Date) => string
  /** Date and time to the second, with the time zone. */
  readonly exact: (at: Date) => string
  /** The time of a day: `14:32`. */
  readonly time: (at: Date) => string
  /** The text for this number, in which `{count}` is the number. */
  readonly counted: (forms: Plural, count: number) => string
  /** `a, b and c` */
  readonly list: (texts: readonly string[]) => string
}

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

const RELATIVE_UNITS = [
  ["day", DAY_MS],
  ["hour", HOUR_MS],
  ["minute", MINUTE_MS],
  ["second", SECOND_MS],
] as const

const DURATION_UNITS = [...RELATIVE_UNITS, ["millisecond", 1]] as const
const BYTE_UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const

export function createFormat(language: string, timeZone: string, now: Date): Format {
  const { number, percent, plurals, relative, exact, time, list } = formattersOf(language, timeZone)
  return {
    number: (value) => number.format(value),
    atLeast: (value) => fromLeft(language, `${number.format(value)}+`),
    percent: (ratio) => percent.format(ratio),
    bytes: (bytes) => bytesText(language, bytes),
    duration: (ms) => durationText(language, ms),
    relative: (at) => relativeText(relative, at.getTime() - now.getTime()),
    exact: (at) => exact.format(at),
    time: (at) => time.format(at),
    counted: (forms, count) =>
      fill(forms[plurals.select(count)] ?? forms.other, { count: number.format(count) }),
    list: (texts) => list.format(texts),
  }
}

/** Between words that run from right to left, the sign would stand before the number. */
function fromLeft(language: string, text: string): string {
  return language === "ar" ? `\u2066${text}\u2069` : text
}

// A formatter takes as long to make as a small page takes to render.
const made = new Map<string, ReturnType<typeof makeFormatters>>()

function formattersOf(language: string, timeZone: string) {
  const key = `${language} ${timeZone}`
  const known = made.get(key) ?? makeFormatters(language, timeZone)
  if (made.size > 50) made.clear() // the time zone is the reader's choice
  made.set(key, known)
  return known
}

function makeFormatters(language: string, timeZone: string) {
  return {
    number: new Intl.NumberFormat(language, { maximumFractionDigits: 2 }),
    percent: new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 }),
    plurals: new Intl.PluralRules(language),
    relative: new Intl.RelativeTimeFormat(language, { numeric: "auto" }),
    exact: new Intl.DateTimeFormat(language, {
      timeZone,
      dateStyle: "medium",
      timeStyle: "long",
      hourCycle: "h23",
    }),
    time: new Intl.DateTimeFormat(language, {
      timeZone,
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    }),
    list: new Intl.ListFormat(language, { type: "conjunction" }),
  }
}

function relativeText(format: Intl.RelativeTimeFormat, ms: number): string {
  const [unit, size] = RELATIVE_UNITS.find(([, size]) => Math.abs(ms) >= size) ?? ["second", SECOND_MS]
  return format.format(Math.trunc(ms / size) || 0, unit)
}

function durationText(language: string, ms: number): string {
  const rounded = Math.max(0, Math.round(ms))
  const first = DURATION_UNITS.findIndex(([, size]) => rounded >= size)
  if (first === -1) return unitText(language, "millisecond", ms > 0 ? Number(ms.toPrecision(1)) : 0)
  const [unit, size] = DURATION_UNITS[first] as (typeof DURATION_UNITS)[number]
  if (unit === "millisecond") return unitText(language, unit, rounded)
  if (unit === "second" && rounded < 10 * SECOND_MS) {
    return unitText(language, unit, Math.round(rounded / 100) / 10)
  }
  const [smaller, smallerSize] = DURATION_UNITS[first + 1] as (typeof DURATION_UNITS)[number]
  const rest = unit === "second" ? 0 : Math.floor((rounded % size) / smallerSize)
  const whole = unitText(language, unit, Math.floor(rounded / size))
  return rest === 0 ? whole : `${whole} ${unitText(language, smaller, rest)}`
}

function bytesText(language: string, bytes: number): string {
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), BYTE_UNITS.length - 1)
  return unitText(language, BYTE_UNITS[power] as string, Number((bytes / 1024 ** power).toPrecision(3)))
}

function unitText(language: string, unit: string, value: number): string {
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit,
    unitDisplay: language === "en" ? "narrow" : "short",
    maximumFractionDigits: 1,
  }).format(value)
}
