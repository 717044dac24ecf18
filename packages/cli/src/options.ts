import { JOB_STATES, type Role, type Via } from "@sluice/core"
import { RECORDED_VERBS } from "@sluice/core/fields"
import { findRunning } from "./dev/running.ts"
import { flag, listOf, type OptionSpec, oneOf, option, optionOr, UsageError } from "./option-spec.ts"
import {
  anyDuration,
  countOrNone,
  databaseUrl,
  duration,
  instant,
  json,
  jsonObject,
  namePair,
  queueList,
  rateOrNone,
  retention,
  schemaName,
  text,
  wholeNumber,
} from "./readers.ts"

const ROLES: readonly Role[] = ["enqueuer", "reader", "operator", "admin"]
const VIAS: readonly Via[] = ["api", "dashboard", "cli", "library"]
const A_DAY_MS = 86_400_000
const PRIORITY = wholeNumber(-1_000_000_000, 1_000_000_000)

/** Every option of every command. */
export const OPTIONS = {
  // of all commands
  "database-url": option(
    "url",
    "default: the environment variable DATABASE_URL, else the database of a sluice dev that runs in this folder",
    databaseUrl,
  ),
  schema: option("name", "default: the environment variable SLUICE_SCHEMA, else sluice", schemaName),
  json: flag("prints the result as JSON"),

  // of commands that know definitions
  jobs: option(
    "file",
    "a module that exports job definitions, or lists of them, and maybe sluiceOptions; may be TypeScript",
    text,
  ),

  // migrate
  "unknown-names": oneOf(
    ["refuse", "accept"],
    "whether jobs of a name that --jobs doesn't define are refused; default refuse",
  ),
  retention: option(
    "duration",
    "how long finished jobs are kept, such as 30d, or as JSON by state, queue and name; default 14d",
    retention,
  ),
  owner: option("app/stage", "refuses a schema that belongs to another owner", text),

  // work, doctor
  queues: option("a,b", "performs only jobs of these queues; default all", queueList),
  except: option("a,b", "performs jobs of all queues but these", queueList),
  concurrency: optionOr(20, "n", "jobs performed at the same time; default 20", wholeNumber(1, 10_000)),
  "max-drainers": option(
    "n",
    "drainers at work at the same time, over all processes and functions with the same --queues or --except; default 10, and for doctor as many as those of the last day could be",
    wholeNumber(1, 1_000),
  ),
  grace: optionOr(
    "25s",
    "duration",
    "how long running jobs may continue after a signal, such as 25s; default 25s",
    duration(0, A_DAY_MS, '"25s", up to a day'),
  ),
  "health-port": option(
    "port",
    "serves GET /health: 200 while the process works, else 503",
    wholeNumber(0, 65_535),
  ),
  "metrics-port": option(
    "port",
    "serves GET /metrics for Prometheus: those of the whole queue, without a key; may be that of --health-port",
    wholeNumber(0, 65_535),
  ),

  // which jobs, or how one is enqueued
  state: oneOf(JOB_STATES, `in this state: ${JOB_STATES.join(", ")}`),
  name: option("name", "of this name", text),
  queue: option("queue", "of this queue", text),
  tag: listOf("tag", "with this tag", text),
  batch: option("id", "of this batch", text),
  metadata: option("json", "with this JSON object in its metadata", jsonObject),
  "unique-key": option("key", "with this unique key", text),
  "concurrency-key": option("key", "with this concurrency key", text),
  key: option("key", "with this unique key or concurrency key", text),
  "error-class": option("name", "of which an execution has failed with this error", text),
  input: option("path:value", "with this value in its payload, such as order.id:17", text),
  since: option("time", "finished, or if unfinished enqueued, then or later", instant),
  "enqueued-before": option("time", "enqueued before: a day, or ISO 8601 as in 2026-01-31T12:00Z", instant),
  "enqueued-after": option("time", "enqueued then or later", instant),

  // how one is enqueued
  priority: option("n", "its priority: smaller numbers run first; default 0", PRIORITY),
  "run-at": option("time", "when it is due, in ISO 8601; default now", instant),
  delay: option("duration", "how long from now it is due, such as 5m", anyDuration),
  "max-attempts": option("n", "failed attempts after which it is discarded", wholeNumber(1, 1_000)),
  timeout: option("duration", "how long an execution may take", anyDuration),
  "expires-in": option(
    "duration",
    "how long after it is due it may wait for its first execution",
    anyDuration,
  ),
  "expires-at": option("time", "until when it may wait for it, in ISO 8601", instant),
  "idempotency-key": option(
    "key",
    "returns the job that was enqueued with this key in the last 24 hours",
    text,
  ),
  "concurrency-limit": option(
    "n",
    "how many jobs with its concurrency key run at once",
    wholeNumber(1, 1_000_000),
  ),
  "rate-key": option("key", "shares a rate with the jobs that have this key", text),
  "fair-key": option("key", "takes turns with the jobs of other keys", text),
  options: option("json", "any options of enqueue, as a JSON object", jsonObject),

  // a list
  limit: optionOr(50, "n", "how many at most; default 50", wholeNumber(1, 100_000)),
  after: option("next", "continues a list: what the list before has returned as next", text),

  // what is done to many
  "dry-run": flag("only says what would be changed"),
  yes: flag("asks for no confirmation"),
  by: option("who", "who asks for it, for the history of the job", text),

  // what is changed
  "set-run-at": option("time", "when they are due, in ISO 8601", instant),
  "set-delay": option("duration", "how long from now they are due, such as 5m", anyDuration),
  "set-priority": option("n", "their priority: smaller numbers run first", PRIORITY),
  "set-queue": option("queue", "their queue", text),
  "set-payload": option("json", "their payload; of several jobs it needs --name", json),
  "set-tag": listOf("tag", "their tags, in place of those that they have; can be repeated", text),
  "set-metadata": option("json", "their metadata, a JSON object in place of the one they have", jsonObject),

  // import
  "from-schema": option(
    "name",
    "the Postgres schema of the other queue; default graphile_worker, pgboss, or public for good_job",
    text,
  ),
  map: listOf("old=new", "the name in Sluice of the jobs with another name; can be repeated", namePair),
  crontab: option("file", "graphile-worker's crontab, whose items become schedules", text),

  // of pauses, and of jobs
  until: option("time", "until when: a pause lasts, or jobs have finished or else been enqueued", instant),
  for: option("duration", "how long the pause lasts, such as 2h", anyDuration),

  // of doctor
  "drain-function": option("name", "examines Lambda's settings of this function, too", text),

  // of init
  "skip-install": flag("installs no packages, and says which are missing"),

  // of dev
  port: optionOr(3030, "port", "the port of the API on 127.0.0.1; default 3030", wholeNumber(0, 65_535)),

  // of top
  once: flag("shows it once, also on a terminal"),

  // of limits
  waiting: option("n", "how many unfinished jobs it may have, or none for any number", countOrNone),

  running: option(
    "n",
    "how many of its jobs may run at once, or none for as many as they ask for",
    countOrNone,
  ),
  rate: option("n/duration", "how many of its jobs may start in a time, as in 100/1m, or none", rateOrNone),

  // of schedules
  cron: option("expression", "minute, hour, day, month and weekday of its ticks, as in '0 3 * * *'", text),
  every: option("duration", "the time from one to the next, such as 15m", anyDuration),
  "time-zone": option("zone", "of --cron, such as Europe/Berlin; default UTC", text),
  jitter: option("duration", "enqueues each job up to this long after its tick", anyDuration),
  "starts-at": option("time", "no tick is before it", instant),
  "ends-at": option("time", "no tick is after it", instant),
  "catch-up": oneOf(["skip", "once", "all"], "what becomes of missed ticks: skip, once or all; default once"),
  "overlap-policy": oneOf(
    ["allow", "skip", "queue", "cancel"],
    "what becomes of a tick while the last job is unfinished: allow, skip, queue or cancel; default allow",
  ),
  disabled: flag("stores it without ticks"),

  // of workflows
  mermaid: flag("prints a flowchart of the steps as text for Mermaid"),

  // of API keys
  role: oneOf(ROLES, "what it may do: enqueuer, reader, operator or admin"),
  "only-name": listOf("name", "of an enqueuer: the jobs that it may enqueue; can be repeated", text),
  "only-queue": listOf("queue", "of an enqueuer: the queues that it may enqueue to; can be repeated", text),
  "valid-for": option(
    "duration",
    "how long it is valid, such as 90d; default until it is revoked",
    anyDuration,
  ),
  overlap: option("duration", "how long the secret before stays valid; default 24h", anyDuration),

  // of the audit log
  actor: option("id", "of this actor, such as key:12 or user:ada", text),
  action: oneOf(RECORDED_VERBS, "with this verb, such as retryJobs", "verb"),
  via: oneOf(VIAS, "done over the api, the dashboard, the cli, or by the library"),

  // of batches and waits
  callbacks: flag("enqueues the callbacks again when it has finished again"),
  early: flag(
    "completes a token that no job waits for yet: the job that comes to it within 30 days gets the value",
  ),
} satisfies Record<string, OptionSpec<unknown>>

export type OptionName = keyof typeof OPTIONS

type CamelCase<Name extends string> = Name extends `${infer First}-${infer Rest}`
  ? `${First}${Capitalize<CamelCase<Rest>>}`
  : Name
type ValueOf<Spec> = Spec extends OptionSpec<infer Value> ? Value : never

/** What was given on the command line, and the fallbacks of what wasn't. */
type Given = { readonly [Name in OptionName as CamelCase<Name>]: ValueOf<(typeof OPTIONS)[Name]> }

export interface Options extends Omit<Given, "databaseUrl" | "schema"> {
  readonly databaseUrl: string
  readonly schema: string
  /** How log lines are written. */
  readonly log: "readable" | "json"
}

/** Taken by every command that needs the database. */
export const DATABASE_OPTIONS: readonly OptionName[] = ["database-url", "schema"]

/**
 * Adds to what was given what is in the environment, and the fallbacks. Without an address it takes the database of a `sluice dev`
 * that runs in this folder. With `mayLackDatabase` the address is empty instead.
 */
export function readOptions(
  given: Partial<Given>,
  environment: NodeJS.ProcessEnv,
  mayLackDatabase = false,
): Options {
  const running = environment.DATABASE_URL || mayLackDatabase ? undefined : findRunning(environment)
  return {
    ...FALLBACKS,
    ...given,
    schema:
      given.schema ?? schemaName(environment.SLUICE_SCHEMA || running?.schema || "sluice", "SLUICE_SCHEMA"),
    log: LOG.read(environment.SLUICE_LOG || "readable", "SLUICE_LOG") as Options["log"],
    databaseUrl:
      given.databaseUrl ?? urlFrom(environment.DATABASE_URL || running?.databaseUrl, mayLackDatabase),
  }
}

const LOG = oneOf(["readable", "json"], "")

const FALLBACKS = Object.fromEntries(
  Object.entries<OptionSpec<unknown>>(OPTIONS).map(([name, { fallback }]) => [camelCase(name), fallback]),
) as Given

function urlFrom(fromEnvironment: string | undefined, mayLack: boolean): string {
  if (!fromEnvironment && mayLack) return ""
  if (!fromEnvironment) throw new UsageError("Which database? Give --database-url, or set DATABASE_URL")
  return databaseUrl(fromEnvironment, "DATABASE_URL")
}

function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
}
