import { type Duration, durationMs, SluiceError } from "@sluice/core"
import type { MigrateOptions } from "@sluice/core/migrate"

/** Every option of every command, in the order in which help lists them: its value's name, and its explanation. */
export const OPTIONS = {
  "database-url": { value: "URL", help: "default: the environment variable DATABASE_URL" },
  schema: { value: "NAME", help: "default: the environment variable SLUICE_SCHEMA, else sluice" },
  jobs: { value: "FILE", help: "a module that exports job definitions, or lists of them; may be TypeScript" },
  "unknown-names": {
    value: "refuse|accept",
    help: "whether jobs of a name that --jobs doesn't define are refused; default refuse",
  },
  retention: {
    value: "DURATION",
    help: "how long finished jobs are kept, such as 30d, or as JSON by state, queue and name; default 14d",
  },
  owner: { value: "APP/STAGE", help: "refuses a schema that belongs to another owner" },
  queues: { value: "A,B", help: "performs only jobs of these queues; default all" },
  except: { value: "A,B", help: "performs jobs of all queues but these" },
  concurrency: { value: "N", help: "jobs performed at the same time; default 20" },
  "max-drainers": {
    value: "N",
    help: "drainers at work at the same time, over all processes and functions with the same --queues or --except; default 10",
  },
  grace: {
    value: "DURATION",
    help: "how long running jobs may continue after a signal, such as 25s; default 25s",
  },
  "health-port": { value: "PORT", help: "serves GET /health: 200 while the process works, else 503" },
  "from-schema": {
    value: "NAME",
    help: "the Postgres schema of the other queue; default graphile_worker, pgboss, or for good_job public",
  },
  map: { value: "OLD=NEW,…", help: "names that jobs have in Sluice, by their names in the other queue" },
  queue: {
    value: "NAME",
    help: "the queue of all moved jobs; default that of the job, or of its definition",
  },
  crontab: { value: "FILE", help: "graphile-worker's crontab, whose items become schedules" },
  "dry-run": { value: undefined, help: "moves nothing, and prints what would be moved" },
  json: { value: undefined, help: "prints the result as JSON" },
} as const

export type OptionName = keyof typeof OPTIONS

/** Taken by every command. */
export const COMMON_OPTIONS: readonly OptionName[] = ["database-url", "schema"]

/** What was given on the command line, unread. */
export type Given = Readonly<Partial<Record<OptionName, string>>>

export interface Options {
  readonly databaseUrl: string
  readonly schema: string
  readonly jobs: string | undefined
  readonly unknownNames: "refuse" | "accept" | undefined
  readonly retention: MigrateOptions["retention"]
  readonly owner: string | undefined
  readonly queues: readonly string[] | undefined
  readonly except: readonly string[] | undefined
  readonly concurrency: number
  readonly maxDrainers: number
  readonly grace: string
  readonly healthPort: number | undefined
  readonly fromSchema: string | undefined
  /** Names of jobs in Sluice, by those in another queue. */
  readonly names: ReadonlyMap<string, string>
  readonly queue: string | undefined
  readonly crontab: string | undefined
  readonly dryRun: boolean
  readonly json: boolean
  /** How log lines are written. */
  readonly log: "readable" | "json"
}

const A_DAY_MS = 86_400_000

/** Checks what was given, and adds what is left out from the environment and the defaults. */
export function readOptions(given: Given, environment: NodeJS.ProcessEnv): Options {
  return {
    schema: schemaName(given, environment.SLUICE_SCHEMA),
    jobs: text(given, "jobs"),
    unknownNames: choice("--unknown-names", given["unknown-names"], ["refuse", "accept"]),
    retention: retention(given),
    owner: text(given, "owner"),
    ...queues(given),
    concurrency: wholeNumber(given, "concurrency", 1, 10_000) ?? 20,
    maxDrainers: wholeNumber(given, "max-drainers", 1, 1_000) ?? 10,
    grace: duration(given, "grace", 0, A_DAY_MS, '"25s", up to a day') ?? "25s",
    healthPort: wholeNumber(given, "health-port", 0, 65_535),
    fromSchema: text(given, "from-schema"),
    names: names(given),
    queue: queue(given),
    crontab: text(given, "crontab"),
    dryRun: given["dry-run"] !== undefined,
    json: given.json !== undefined,
    log: choice("SLUICE_LOG", environment.SLUICE_LOG || undefined, ["readable", "json"]) ?? "readable",
    databaseUrl: databaseUrl(given, environment.DATABASE_URL),
  }
}

/** Only a rough check: the first connection shows whether pg accepts it. */
function databaseUrl(given: Given, fromEnvironment: string | undefined): string {
  const source = given["database-url"] === undefined ? "DATABASE_URL" : "--database-url"
  const url = given["database-url"] ?? fromEnvironment
  const example = "give one such as postgres://user:password@host:5432/database"
  if (!url) throw new SluiceError("no_database", "Which database? Give --database-url, or set DATABASE_URL")
  if (/^((postgres|postgresql|socket):|\/)/.test(url)) return url
  throw new SluiceError("invalid_address", `${source} is not a Postgres connection string: ${example}`)
}

/** The same rule as that of `createSluice`, for commands that call nothing of it; reserved words fail in Postgres. */
function schemaName(given: Given, fromEnvironment: string | undefined): string {
  const source = given.schema === undefined ? "SLUICE_SCHEMA" : "--schema"
  const name = given.schema ?? (fromEnvironment || "sluice")
  if (/^[a-z_][a-z0-9_]{0,39}$/.test(name)) return name
  return refuse(source, name, "up to 40 lower-case letters, digits and _, starting with a letter or _")
}

/** A list can't be empty: an empty variable of a script must not mean all queues. */
function queues(given: Given): Pick<Options, "queues" | "except"> {
  if (given.queues !== undefined && given.except !== undefined)
    refuse("--except", given.except, "either --queues or --except")
  return { queues: queueList(given, "queues"), except: queueList(given, "except") }
}

const QUEUE_NAME = /^[A-Za-z0-9._/:-]{1,128}$/

function queue({ queue }: Given): string | undefined {
  if (queue === undefined || QUEUE_NAME.test(queue)) return queue
  return refuse("--queue", queue, "1 to 128 letters, digits and . _ - / :")
}

function names({ map = "" }: Given): Map<string, string> {
  const pairs = map.split(",").filter((pair) => pair !== "")
  return new Map(pairs.map(namePair))
}

/** A name in the other queue may contain an equals sign, a name in Sluice can't. */
function namePair(pair: string): [string, string] {
  const [, from, to] = /^(.+)=([^=]+)$/.exec(pair.trim()) ?? []
  if (from !== undefined && to !== undefined) return [from, to]
  return refuse("--map", pair, "pairs such as send_mail=send-mail, separated by commas")
}

function queueList(given: Given, name: "queues" | "except"): string[] | undefined {
  const value = given[name]
  const list = value?.split(",").map((queue) => queue.trim())
  if (list?.every((queue) => QUEUE_NAME.test(queue)) ?? true) return list
  return refuse(`--${name}`, value as string, 'queues separated by commas, such as "heavy,mail"')
}

function text(given: Given, name: OptionName): string | undefined {
  const value = given[name]
  return value === "" ? refuse(`--${name}`, value, OPTIONS[name].value as string) : value
}

function wholeNumber(given: Given, name: OptionName, least: number, most: number): number | undefined {
  const value = given[name]
  if (value === undefined) return undefined
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN
  if (number >= least && number <= most) return number
  return refuse(`--${name}`, value, `a whole number from ${least} to ${most}`)
}

function duration(
  given: Given,
  name: OptionName,
  leastMs: number,
  mostMs: number,
  expected: string,
): string | undefined {
  const value = given[name]
  if (value === undefined) return undefined
  const ms = millisecondsOf(value)
  if (ms >= leastMs && ms <= mostMs) return value
  return refuse(`--${name}`, value, `a duration such as ${expected}`)
}

/** JSON says it by state, queue and name; `migrate` checks what it contains. */
function retention(given: Given): MigrateOptions["retention"] {
  const value = given.retention
  if (value?.startsWith("{")) {
    try {
      return JSON.parse(value)
    } catch {
      return refuse("--retention", value, 'JSON such as \'{"succeeded":"1d"}\'')
    }
  }
  return duration(
    given,
    "retention",
    A_DAY_MS,
    36_500 * A_DAY_MS,
    '"30d", from a day to 36500 days',
  ) as Duration
}

function millisecondsOf(value: string): number {
  try {
    return durationMs(value as `${number}s`)
  } catch {
    return Number.NaN
  }
}

function choice<Value extends string>(
  source: string,
  value: string | undefined,
  values: readonly Value[],
): Value | undefined {
  if (value === undefined) return undefined
  const chosen = values.find((candidate) => candidate === value)
  return chosen ?? refuse(source, value, values.join(" or "))
}

function refuse(source: string, value: string, expected: string): never {
  throw new SluiceError("bad_arguments", `${source} is ${JSON.stringify(value)}: give ${expected}`)
}
