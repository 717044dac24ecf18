import type { PoolArgs, Retention, SluiceArgs } from "./args.ts"
import { type FunctionOption, type FunctionSettings, settingsOf } from "./functions.ts"
import { checkKeys, refuse } from "./refuse.ts"

/** The 20 seconds that a response lasts, and a start. */
const LEAST_STREAMING_SECONDS = 25

/** Refuses options that are unknown, impossible, or that need another one. */
export function checkArgs(name: string, args: SluiceArgs): void {
  const path = `Sluice ${JSON.stringify(name)}: `
  checkName(path, name)
  checkKeys(`${path}the component`, args, OPTIONS)
  checkDatabase(path, args.database)
  checkFunction(`${path}drain`, args.drain, 15 * 60)
  checkPools(path, args.pools)
  checkFunction(`${path}migrate`, args.migrate, 15 * 60)
  if (args.enqueue !== undefined) checkFunction(`${path}enqueue`, args.enqueue, 30)
  checkDashboard(path, args.dashboard)
  checkApi(path, args)
  checkWatch(path, args)
  checkSchema(path, args.schema)
  checkWhole(`${path}maxDrainers`, args.maxDrainers, 1_000)
  checkWhole(`${path}concurrency`, args.concurrency, 10_000)
  checkDuration(`${path}linger`, args.linger)
  checkRetention(`${path}retention`, args.retention)
  checkSchedule(path, args.schedule)
  if (args.alarms === false && args.alarmTopic !== undefined)
    refuse(`${path}alarmTopic is set, and alarms is false`, "remove one of them")
  if (args.transform) checkKeys(`${path}transform`, args.transform, TRANSFORMS)
}

/** All of an interface's keys; the compiler notices one that is missing. */
type Keys<T> = Record<keyof T, true>

const OPTIONS: Keys<Required<SluiceArgs>> = {
  database: true,
  drain: true,
  pools: true,
  migrate: true,
  enqueue: true,
  watch: true,
  api: true,
  domain: true,
  schema: true,
  maxDrainers: true,
  concurrency: true,
  linger: true,
  retention: true,
  schedule: true,
  idle: true,
  reserveConcurrency: true,
  apiConcurrency: true,
  watchConcurrency: true,
  throttle: true,
  alarms: true,
  alarmTopic: true,
  charts: true,
  dashboard: true,
  transform: true,
}
const TRANSFORMS: Keys<Required<NonNullable<SluiceArgs["transform"]>>> = {
  alarm: true,
  api: true,
  charts: true,
  schedule: true,
}
const RETENTION: Keys<Required<Retention>> = {
  default: true,
  succeeded: true,
  discarded: true,
  canceled: true,
  queues: true,
  names: true,
}
const POOL: Keys<Required<PoolArgs>> = {
  queues: true,
  drain: true,
  memory: true,
  timeout: true,
  maxDrainers: true,
  concurrency: true,
  linger: true,
}
const SETTINGS: Keys<Required<Exclude<FunctionOption, string>>> = {
  architecture: true,
  copyFiles: true,
  environment: true,
  handler: true,
  layers: true,
  link: true,
  memory: true,
  nodejs: true,
  permissions: true,
  runtime: true,
  storage: true,
  timeout: true,
  transform: true,
}

function checkName(path: string, name: string) {
  if (!/^[A-Z][A-Za-z0-9]*$/.test(name))
    refuse(`${path}the name isn't allowed`, "use letters and digits, starting with a capital letter")
}

function checkDatabase(path: string, database: unknown) {
  if (isDatabaseComponent(database)) return
  const isConnection = typeof database === "object" && database !== null && "url" in database && database.url
  if (!isConnection)
    refuse(
      `${path}database is ${kindOf(database)}`,
      "give { url }, an sst.Secret, an sst.aws.Postgres or an sst.aws.Aurora",
    )
  checkKeys(`${path}database`, database, { url: true, vpc: true, environment: true })
}

function isDatabaseComponent(database: unknown): boolean {
  return [sst.Secret, sst.aws.Postgres, sst.aws.Aurora].some((each) => database instanceof each)
}

/** Never the value, which may be a connection string with its password. */
function kindOf(value: unknown): string {
  if (value === undefined || value === null) return "missing"
  if (typeof value !== "object") return `a ${typeof value}`
  return `an object of the class ${value.constructor?.name}, without a url`
}

function checkFunction(path: string, option: unknown, mostSeconds: number) {
  const isObject = typeof option === "object" && option !== null
  if (!isObject && typeof option !== "string")
    refuse(`${path} is ${kindOf(option)}`, 'give a handler such as "src/drain.handler", or { handler, … }')
  const settings = settingsOf(option as FunctionOption)
  const { handler, timeout, memory, runtime } = settings
  checkKeys(path, settings, SETTINGS)
  if (typeof handler !== "string" || !/.\.[^./]+$/.test(handler))
    refuse(
      `${path}'s handler is ${JSON.stringify(handler)}`,
      'give a file and its export: "src/drain.handler"',
    )
  if (timeout !== undefined) checkTimeout(`${path}'s timeout`, timeout, mostSeconds)
  if (memory !== undefined) checkMemory(`${path}'s memory`, memory)
  if (runtime !== undefined && !/^nodejs(2[2-9]|[3-9]\d)\.x$/.test(runtime))
    refuse(`${path}'s runtime is ${JSON.stringify(runtime)}`, 'give "nodejs22.x" or newer')
}

function checkDashboard(path: string, dashboard: unknown) {
  if (typeof dashboard === "boolean")
    refuse(
      `${path}dashboard is ${dashboard}`,
      'give the function of the dashboard, such as "src/dashboard.handler"; that of CloudWatch is the option charts',
    )
  if (dashboard !== undefined) checkFunction(`${path}dashboard`, dashboard, 30)
}

function checkPools(path: string, pools: SluiceArgs["pools"]) {
  const owners = new Map<string, string>()
  for (const [key, pool] of Object.entries(pools ?? {})) {
    const here = `${path}pools.${key}`
    if (!/^[a-z][A-Za-z0-9]*$/.test(key))
      refuse(`${here}: the name isn't allowed`, "use letters and digits, starting with a small letter")
    if (typeof pool !== "object" || pool === null)
      refuse(`${here} is ${kindOf(pool)}`, 'give { queues: ["heavy"] }')
    checkKeys(here, pool, POOL)
    checkQueues(`${here}.queues`, pool.queues)
    for (const queue of pool.queues) {
      if (owners.has(queue))
        refuse(`${here}.queues has ${queue}, as pools.${owners.get(queue)}`, "give it to one pool")
      owners.set(queue, key)
    }
    if (pool.drain !== undefined) checkFunction(`${here}.drain`, pool.drain, 15 * 60)
    if (pool.timeout !== undefined) checkTimeout(`${here}.timeout`, pool.timeout, 15 * 60)
    if (pool.memory !== undefined) checkMemory(`${here}.memory`, pool.memory)
    checkWhole(`${here}.maxDrainers`, pool.maxDrainers, 1_000)
    checkWhole(`${here}.concurrency`, pool.concurrency, 10_000)
    checkDuration(`${here}.linger`, pool.linger)
  }
}

function checkQueues(path: string, queues: unknown) {
  const areNames = Array.isArray(queues) && queues.every((queue) => /^[A-Za-z0-9._/:-]{1,128}$/.test(queue))
  if (!areNames || queues.length === 0)
    refuse(`${path} is ${JSON.stringify(queues)}`, 'give a list of queues: ["heavy"]')
}

function checkTimeout(path: string, timeout: string, mostSeconds: number) {
  const seconds = secondsOf(timeout)
  if (seconds >= 1 && seconds <= mostSeconds) return
  const most = mostSeconds > 60 ? `${mostSeconds / 60} minutes` : `${mostSeconds} seconds`
  refuse(`${path} is ${JSON.stringify(timeout)}`, `give "1 second" to "${most}"`)
}

/** Not a number for anything that isn't a timeout of SST's. */
function secondsOf(timeout: string): number {
  const [, count, unit] = /^(\d+) (second|minute)s?$/.exec(timeout) ?? []
  return Number(count) * (unit === "minute" ? 60 : 1)
}

function checkMemory(path: string, memory: string) {
  const [, count, unit] = /^(\d+(?:\.\d+)?) (MB|GB)$/.exec(memory) ?? []
  const megabytes = Number(count) * (unit === "GB" ? 1024 : 1)
  if (Number.isInteger(megabytes) && megabytes >= 128 && megabytes <= 10_240) return
  refuse(`${path} is ${JSON.stringify(memory)}`, 'give "128 MB" to "10 GB"')
}

function checkApi(path: string, { enqueue, dashboard, api, domain, apiConcurrency, throttle }: SluiceArgs) {
  const given = Object.entries({ api, domain, apiConcurrency, throttle }).filter(
    ([, value]) => value !== undefined,
  )
  const isServed = enqueue !== undefined || dashboard !== undefined
  for (const [key] of isServed ? [] : given)
    refuse(`${path}${key} is set, but there is no API`, "set enqueue too, which is the API's function")
  checkWhole(`${path}apiConcurrency`, apiConcurrency, 1_000)
  if (throttle) {
    checkKeys(`${path}throttle`, throttle, { rate: true, burst: true })
    checkWhole(`${path}throttle.rate`, throttle.rate, 10_000)
    checkWhole(`${path}throttle.burst`, throttle.burst, 5_000)
  }
  if (!api) return
  for (const [key] of given.filter(([key]) => key === "domain" || key === "throttle"))
    refuse(`${path}${key} is set for an API that exists`, `set it where you create that API`)
  if (!(api instanceof sst.aws.ApiGatewayV2)) checkAttachment(`${path}api`, api)
}

function checkWatch(path: string, { watch, watchConcurrency, database }: SluiceArgs) {
  checkWhole(`${path}watchConcurrency`, watchConcurrency, 1_000)
  if (watch === undefined) {
    if (watchConcurrency === undefined) return
    refuse(
      `${path}watchConcurrency is set, but watch isn't`,
      "set watch too, which is the function that streams",
    )
  }
  checkFunction(`${path}watch`, watch, 15 * 60)
  checkStreaming(`${path}watch`, settingsOf(watch))
  const isInNetwork =
    !(database instanceof sst.Secret) && (!("url" in database) || database.vpc !== undefined)
  if (isInNetwork)
    refuse(
      `${path}watch is set, but the database is in a VPC, from which function URLs don't stream`,
      "remove it: browsers can watch through the API, where each change is a request",
    )
}

/** Until Node 22, AWS's runtime ends the invocation of a function that streams only when its event loop is empty. */
function checkStreaming(path: string, { runtime, timeout }: FunctionSettings) {
  if (runtime === "nodejs22.x")
    refuse(
      `${path}'s runtime is "nodejs22.x", where a response is billed until its database connections are closed`,
      'give "nodejs24.x", or leave it out',
    )
  if (timeout !== undefined && secondsOf(timeout) < LEAST_STREAMING_SECONDS)
    refuse(
      `${path}'s timeout is ${JSON.stringify(timeout)}, and a response lasts 20 seconds`,
      `give "${LEAST_STREAMING_SECONDS} seconds" or more, or leave it out`,
    )
}

function checkAttachment(path: string, api: object) {
  checkKeys(path, api, { instance: true, path: true })
  const { instance, path: prefix } = api as { instance?: unknown; path?: unknown }
  if (!(instance instanceof sst.aws.ApiGatewayV2))
    refuse(`${path} is no API`, "give an sst.aws.ApiGatewayV2, or { instance, path }")
  if (typeof prefix !== "string" || !/^(\/[\w.-]+)+$/.test(prefix))
    refuse(
      `${path}.path is ${JSON.stringify(prefix)}`,
      'give a path such as "/queue", without a slash at its end',
    )
}

/** As the engine checks it when it migrates. */
function checkSchema(path: string, schema: unknown) {
  if (schema === undefined) return
  if (typeof schema === "string" && /^(?!pg_)[a-z_][a-z0-9_]{0,39}$/.test(schema)) return
  refuse(
    `${path}schema is ${JSON.stringify(schema)}`,
    "use up to 40 lower-case letters, digits and _, starting with a letter; replace the hyphens of a stage's name",
  )
}

function checkWhole(path: string, value: unknown, most: number) {
  if (value === undefined) return
  if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most) return
  refuse(`${path} is ${JSON.stringify(value)}`, `give a whole number from 1 to ${most}`)
}

function checkDuration(path: string, value: unknown) {
  if (value === undefined) return
  if (typeof value === "string" && /^\d+(\.\d+)?(ms|s|m|h|d)$/.test(value)) return
  refuse(`${path} is ${JSON.stringify(value)}`, 'give a duration such as "500ms", "30s" or "14d"')
}

/** One duration, or an object of them, whose bounds the migration checks. */
function checkRetention(path: string, value: unknown) {
  if (typeof value !== "object" || value === null) return checkDuration(path, value)
  checkKeys(path, value, RETENTION)
  for (const [key, kept] of Object.entries(value)) {
    if (key !== "queues" && key !== "names") checkDuration(`${path}.${key}`, kept)
    else for (const [name, each] of Object.entries(kept)) checkDuration(`${path}.${key}.${name}`, each)
  }
}

/** EventBridge Scheduler's forms that repeat: a drain function that is never invoked again would leave jobs behind. */
function checkSchedule(path: string, schedule: unknown) {
  if (schedule === undefined) return
  const text = typeof schedule === "string" ? schedule : ""
  const [, count, unit, plural] = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(text) ?? []
  const isRate = unit !== undefined && Number(count) >= 1 && (plural === "s") === Number(count) > 1
  if (isRate || /^cron\((\S+ ){5}\S+\)$/.test(text)) return
  refuse(
    `${path}schedule is ${JSON.stringify(schedule)}`,
    'give "rate(1 minute)", "rate(5 minutes)", … or a cron expression of six fields; a minute is the shortest',
  )
}
