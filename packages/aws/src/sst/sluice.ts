import { createAlarms } from "./alarms.ts"
import { createDashboard } from "./dashboard.ts"
import type { Database } from "./databases.ts"
import { createFunction, type FunctionSettings, type OwnArgs } from "./functions.ts"
import { createIdleMode } from "./idle.ts"
import { functionArn, physicalName } from "./names.ts"

export interface SluiceArgs {
  readonly database: Database
  /** The function that performs jobs: its handler, as `"functions/drain.handler"`, or more. */
  readonly drain: string | FunctionSettings
  /** The function that brings the schema to this version. It runs at deploy, before the others change. */
  readonly migrate: string | FunctionSettings
  /** The HTTP API, where one is wanted. Its key is the secret `<name>ApiKey`. */
  readonly enqueue?: string | FunctionSettings
  /** Folder of the SQL files, from the app's root. Default `"node_modules/@sluice/core/migrations"`. */
  readonly migrations?: string
  /** The schema of Sluice's tables. Stages that share a database need one each. Default `"sluice"`. */
  readonly schema?: string
  /** Drain functions that may work at the same time, each with a database session of its own. Default 10. */
  readonly maxDrainers?: number
  /** Jobs at once in one of them. Default: as the drain function says. */
  readonly concurrency?: number
  /** Longest run of a drain function. Default `"15 minutes"`. */
  readonly timeout?: NonNullable<sst.aws.FunctionArgs["timeout"]>
  /** When the drain function starts by itself. Default `"rate(1 minute)"`, in idle mode `"rate(1 hour)"`. */
  readonly schedule?: sst.aws.CronArgs["schedule"]
  /** Lets the drain function set its own wake-up for the next due time, so that the database may sleep until then. */
  readonly idle?: boolean
  /**
   * Keeps places of the account's concurrency: `maxDrainers + 1` for the drain function, `apiConcurrency` for the API. A
   * new AWS account has 10 in all and can reserve none: say `false` until that quota is raised. Default `true`.
   */
  readonly reserveConcurrency?: boolean
  /**
   * Requests that the API performs at once; each has up to two database connections. As many places of the account's
   * concurrency are kept for it, unless `reserveConcurrency` is `false`. Default 10.
   */
  readonly apiConcurrency?: number
  /** Requests a second that the API takes, with a key or without; more are answered 429. Default 100, 200 for a moment. */
  readonly throttle?: { readonly rate: number; readonly burst: number }
  /** ARN of an SNS topic that the alarms tell. Without one they are seen in CloudWatch only. */
  readonly alarmTopic?: $util.Input<string>
}

/**
 * The whole deployment: schema migrated, drain function on its schedule, HTTP API, alarms and dashboard. The functions
 * find their database as `Resource.<name>Database.url`, and the API its key as `Resource.<name>ApiKey.value`.
 *
 * Link it to a function that enqueues: that one may then wake the drain function, whose name is in its environment as
 * `SLUICE_DRAIN_FUNCTION`.
 */
export class Sluice extends $util.ComponentResource {
  readonly drain: sst.aws.Function
  /** Address of the HTTP API, if there is one. */
  readonly url: $util.Output<string> | undefined
  private readonly wake: Wake

  constructor(name: string, args: SluiceArgs, options?: $util.ComponentResourceOptions) {
    super("sluice:aws:Sluice", name, {}, options)
    const here = { parent: this }
    const drainName = physicalName(`${name}Drain`)
    this.wake = wakeOf(drainName)
    const idleMode = args.idle ? createIdleMode(name, drainName, here) : undefined
    const link = [new sst.Linkable(`${name}Database`, { properties: { url: args.database.url } })]
    const common = { link, environment: { SLUICE_SCHEMA: args.schema ?? "sluice" } }
    const afterMigration = { ...here, dependsOn: migrate(name, args, common, here) }

    const drainArgs = drainArgsOf(args, common, this.wake, idleMode)
    this.drain = createFunction(`${name}Drain`, args, args.drain, drainArgs, afterMigration)
    // Without it AWS stops a drain that hands over to itself after about 16 times.
    const recursion = { functionName: this.drain.name, recursiveLoop: "Allow" }
    new aws.lambda.FunctionRecursionConfig(`${name}DrainRecursion`, recursion, here)
    const { schedule = args.idle ? "rate(1 hour)" : "rate(1 minute)" } = args
    new sst.aws.Cron(`${name}Schedule`, { schedule, function: this.drain }, here)

    this.url = args.enqueue ? serve(name, args, args.enqueue, common, this.wake, afterMigration) : undefined
    createAlarms(name, drainName, args.alarmTopic, here)
    createDashboard(name, drainName, here)
    this.registerOutputs({ url: this.url })
  }

  /** What SST asks for where this is linked to a function. */
  getSSTLink() {
    const { environment, permission } = this.wake
    return {
      properties: { drainFunction: environment.SLUICE_DRAIN_FUNCTION, ...(this.url && { url: this.url }) },
      include: [sst.aws.permission(permission), { type: "environment", env: environment }],
    }
  }
}

type Wake = ReturnType<typeof wakeOf>
type IdleMode = ReturnType<typeof createIdleMode>
type Common = { readonly link: unknown[]; readonly environment: Record<string, string> }

/** What an enqueue needs to start the drain function right away. */
function wakeOf(drainName: string) {
  return {
    environment: { SLUICE_DRAIN_FUNCTION: drainName },
    permission: { actions: ["lambda:InvokeFunction"], resources: [functionArn(drainName)] },
  }
}

/** Runs at deploy when the package has changed: its key is a hash of code, migrations and linked database. */
function migrate(name: string, args: SluiceArgs, common: Common, here: $util.ComponentResourceOptions) {
  const own: OwnArgs = {
    ...common,
    copyFiles: [{ from: args.migrations ?? "node_modules/@sluice/core/migrations", to: "migrations" }],
    timeout: "15 minutes",
    dev: false,
  }
  const { name: functionName, nodes } = createFunction(`${name}Migrate`, args, args.migrate, own, here)
  const triggers = { package: nodes.function.s3Key.apply(String), ...common.environment }
  return new aws.lambda.Invocation(`${name}Migrated`, { functionName, input: "{}", triggers }, here)
}

function drainArgsOf(args: SluiceArgs, common: Common, wake: Wake, idleMode: IdleMode | undefined): OwnArgs {
  const { maxDrainers = 10, timeout = "15 minutes", reserveConcurrency = true } = args
  return {
    link: common.link,
    timeout,
    memory: "512 MB",
    environment: {
      ...common.environment,
      SLUICE_MAX_DRAINERS: `${maxDrainers}`,
      SLUICE_DRAIN_TIMEOUT: timeout,
      ...(args.concurrency && { SLUICE_CONCURRENCY: `${args.concurrency}` }),
      ...idleMode?.environment,
    },
    permissions: [wake.permission, ...(idleMode?.permissions ?? [])],
    // One place more than drainers, for the successor that starts while its predecessor ends.
    ...(reserveConcurrency && { concurrency: { reserved: maxDrainers + 1 } }),
    retries: 0, // the queue retries jobs, the schedule brings the next drain
  }
}

function serve(
  name: string,
  args: SluiceArgs,
  settings: string | FunctionSettings,
  common: Common,
  wake: Wake,
  options: $util.ComponentResourceOptions,
) {
  const { apiConcurrency = 10, reserveConcurrency = true, throttle = { rate: 100, burst: 200 } } = args
  const own: OwnArgs = {
    link: [...common.link, new sst.Secret(`${name}ApiKey`)],
    environment: { ...common.environment, ...wake.environment },
    permissions: [wake.permission],
    timeout: "29 seconds",
    memory: "256 MB",
    // Each of its processes has database connections: a flood must not have them all.
    ...(reserveConcurrency && { concurrency: { reserved: apiConcurrency } }),
  }
  const enqueue = createFunction(`${name}Enqueue`, args, settings, own, options)
  const log = { retention: "1 month" } as const
  const routeSettings = { throttlingRateLimit: throttle.rate, throttlingBurstLimit: throttle.burst }
  const api = new sst.aws.ApiGatewayV2(
    `${name}Api`,
    { cors: false, accessLog: log, transform: { stage: { defaultRouteSettings: routeSettings } } },
    { parent: options.parent },
  )
  api.route("$default", enqueue.arn)
  return api.url
}
