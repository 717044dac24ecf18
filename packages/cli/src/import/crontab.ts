import { readFile } from "node:fs/promises"
import { assertExact } from "../json-text.ts"
import { UsageError } from "../option-spec.ts"
import type { ForeignSchedule } from "./source.ts"

// A line of graphile-worker's crontab: five fields, a task, and perhaps ?options and a {payload}.
const LINE = /^((?:[0-9*/,-]+\s+){5})([_a-zA-Z][_a-zA-Z0-9:/-]*)(?:\s+\?(\S+))?(?:\s+(\{.*\}))?$/
const OPTIONS = ["id", "fill", "max", "queue", "jobKey", "jobKeyMode", "priority"]

/**
 * The schedules of graphile-worker's crontab, whose times are in UTC.
 *
 * @throws UsageError The file or one of its lines can't be read.
 */
export async function readCrontab(file: string): Promise<ForeignSchedule[]> {
  const text = await readFile(file, "utf8").catch((cause) => {
    throw new UsageError(`--crontab is ${file}, which can't be read: ${cause.message}`, { cause })
  })
  const lines = text.split("\n").map((line, index) => ({ line: line.trim(), place: `${file}:${index + 1}` }))
  return lines
    .filter(({ line }) => line !== "" && !line.startsWith("#"))
    .map(({ line, place }) => readLine(line, place))
}

function readLine(line: string, place: string): ForeignSchedule {
  const [, times, task, options = "", payload] = LINE.exec(line) ?? []
  if (times === undefined || task === undefined)
    throw bad(place, line, "five fields of times, a task, and perhaps ?options and a {payload}")
  const given = new URLSearchParams(options)
  const unknown = [...given.keys()].find((option) => !OPTIONS.includes(option))
  if (unknown !== undefined) throw bad(place, unknown, `options of ${OPTIONS.join(", ")}`)
  const name = given.get("id") ?? task
  return {
    name: task,
    id: place,
    key: name,
    settings: {
      name: task,
      cron: times.trim().replace(/\s+/g, " "),
      catchUp: catchUpOf(given.get("fill")),
      payload: payload === undefined ? {} : parsePayload(payload, place),
      options: optionsOf(given),
    },
  }
}

/** Without `fill`, what was missed while no worker ran is lost. */
function catchUpOf(fill: string | null) {
  if (fill === null) return "skip" as const
  const periods = [...fill.matchAll(/(\d+)([smhdw])/g)]
  const seconds = periods.reduce(
    (sum, [, count, unit]) => sum + Number(count) * (SECONDS[unit as string] ?? 0),
    0,
  )
  return { policy: "all", within: `${seconds}s` } as const
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 }

function optionsOf(given: URLSearchParams) {
  const number = (option: string) => (given.has(option) ? Number(given.get(option)) : undefined)
  const key = given.get("jobKey")
  const onConflict = given.get("jobKeyMode") === "preserve_run_at" ? "keep" : "replace"
  const options = {
    priority: number("priority"),
    maxAttempts: number("max"),
    concurrencyKey: given.get("queue") ?? undefined,
    unique: key === null ? undefined : { key, while: "waiting", onConflict },
  }
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

function parsePayload(payload: string, place: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(payload)
  } catch {
    throw bad(place, payload, "JSON as payload: graphile-worker reads JSON5, this command doesn't")
  }
  assertExact(payload, place)
  return value
}

function bad(place: string, value: string, expected: string): UsageError {
  return new UsageError(`${place}: ${JSON.stringify(value)} isn't understood: give ${expected}`)
}
