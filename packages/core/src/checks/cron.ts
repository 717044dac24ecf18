import { InvalidInputError } from "../errors.ts"
import { counted } from "./format-value.ts"

interface Field {
  readonly kind: string
  readonly least: number
  readonly most: number
  readonly words?: readonly string[]
  /** What it may be beside numbers, ranges and steps. */
  readonly special?: RegExp
  /** After how long a step starts anew. */
  readonly period: string
  readonly expected: string
}

const OF_SIXTY = "0 to 59, a range such as 10-20, a step such as */15, or a list of these"
const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]

/** The same as in the SQL functions `parse_cron` and `cron_numbers`; test/schedules runs the same cases against both. */
const FIELDS: readonly Field[] = [
  { kind: "second", least: 0, most: 59, period: "minute", expected: OF_SIXTY },
  { kind: "minute", least: 0, most: 59, period: "hour", expected: OF_SIXTY },
  {
    kind: "hour",
    least: 0,
    most: 23,
    period: "day",
    expected: "0 to 23, a range such as 9-17, a step such as */2, or a list of these",
  },
  {
    kind: "day",
    least: 1,
    most: 31,
    period: "month",
    special: /^(L(-([1-9]|[12]\d|30))?|LW|([1-9]|[12]\d|3[01])W)$/,
    expected:
      "1 to 31, a range, a step, L (the last), L-3, 15W (the nearest of Monday to Friday), LW, or a list of these",
  },
  {
    kind: "month",
    least: 1,
    most: 12,
    period: "year",
    words: MONTHS,
    expected: "1 to 12 or JAN to DEC, a range, a step, or a list of these",
  },
  {
    kind: "weekday",
    least: 0,
    most: 7,
    period: "week",
    words: WEEKDAYS,
    special: /^([0-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(L|#[1-5L])$/,
    expected: "0 to 7 or SUN to SAT, a range, FRI#2 (the second), FRIL (the last), or a list of these",
  },
]

/** Room for six fields that list each of their numbers. Reading takes longer than in proportion. */
const MAX_CHARACTERS = 1_000
const NICKNAMES = ["@annually", "@daily", "@hourly", "@midnight", "@monthly", "@weekly", "@yearly"]

/** Throws `InvalidInputError` for what can't be read as a cron expression, and names the character at which it is wrong. */
export function assertCron(cron: unknown): void {
  if (typeof cron !== "string")
    throw new InvalidInputError(
      "invalid_option",
      `cron is ${typeof cron}: give a cron expression such as "0 3 * * *"`,
      { path: ["cron"] },
    )
  if (cron.length > MAX_CHARACTERS)
    refuseCron(cron, MAX_CHARACTERS, `it is too long: give up to ${MAX_CHARACTERS} characters`)
  const text = cron.trim()
  if (NICKNAMES.includes(text.toLowerCase())) return
  if (text.startsWith("@")) {
    const message = `${text} is unknown: give ${NICKNAMES.join(", ")}, or five or six fields; for an interval give every`
    refuseCron(cron, cron.indexOf("@"), message)
  }
  const parts = [...cron.matchAll(/\S+/g)]
  if (parts.length < 5 || parts.length > 6)
    refuseCron(
      cron,
      parts[6]?.index ?? cron.trimEnd().length,
      `it has ${counted(parts.length, "field")}: give five (minute, hour, day, month, weekday), or six with the second before them`,
    )
  for (const [place, part] of parts.entries())
    assertField(cron, part, FIELDS[place + FIELDS.length - parts.length] as Field)
}

function assertField(cron: string, { 0: text, index }: RegExpExecArray, field: Field): void {
  let at = index
  for (const item of text.toUpperCase().split(",")) {
    if (!field.special?.test(item)) assertItem(cron, at, item, field)
    at += item.length + 1
  }
}

const ITEM = /^([*]|[?]|(\d{1,9}|[A-Z]{3})(-(\d{1,9}|[A-Z]{3}))?)(\/(\d{1,9}))?$/

function assertItem(cron: string, at: number, item: string, field: Field): void {
  const { kind, least, most, expected, period } = field
  const [matched, range, from, , to, , step] = ITEM.exec(item) ?? []
  const isQuestion = range === "?" && (!field.special || step !== undefined)
  if (matched === undefined || isQuestion)
    refuseCron(cron, at, `the ${kind} ${JSON.stringify(item)} can't be read: give ${expected}`)
  const first = from === undefined ? least : numberOf(from, field)
  const last = to === undefined ? first : numberOf(to, field)
  if (!isWithin(first, field)) refuseCron(cron, at, `the ${kind} is ${from}: give ${expected}`)
  if (!isWithin(last, field))
    refuseCron(cron, at + (from as string).length + 1, `the ${kind} is ${to}: give ${expected}`)
  const highest = kind === "weekday" ? 6 : most
  if ((last as number) < (first as number) && !(to === "SUN"))
    refuseCron(
      cron,
      at,
      `the range ${from}-${to} goes backwards: give two ranges, such as ${from}-${highest},${least}-${to}`,
    )
  const steps = highest - least + 1
  if (step === undefined || (Number(step) >= 1 && Number(step) <= steps)) return
  const other = ["second", "minute", "hour"].includes(kind) ? ", or every in place of cron" : ""
  refuseCron(
    cron,
    at + item.length - step.length,
    `the step is ${step}: a step starts anew with each ${period}, so give 1 to ${steps}${other}`,
  )
}

function numberOf(word: string, { words, least }: Field): number | undefined {
  if (/^\d/.test(word)) return Number(word)
  const place = words?.indexOf(word) ?? -1
  return place < 0 ? undefined : place + least
}

function isWithin(value: number | undefined, { least, most }: Field): value is number {
  return value !== undefined && value >= least && value <= most
}

function refuseCron(cron: string, at: number, message: string): never {
  throw new InvalidInputError(
    "invalid_option",
    `cron is ${JSON.stringify(cron.slice(0, 200))}, and at character ${at + 1} ${message}`,
    { path: ["cron"] },
  )
}
