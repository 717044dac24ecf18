import { MEMORY_MB } from "../memory.ts"
import { createAlarms } from "./alarms.ts"
import { createDashboard } from "./dashboard.ts"
import type { Database } from "./databases.ts"
import { createFunction, type FunctionSettings, type OwnArgs } from "./functions.ts"
import { createIdleMode } from "./idle.ts"
import { functionArn, physicalName } from "./names.ts"

export interface SluiceArgs {
  readonly database: Database
  /** The function that performs jobs: its handler, such as `"functions/drain.handler"`, or its settings. */
  readonly drain: string | FunctionSettings
  /** The function that migrates the schema. It runs on deploy, before the others change. */
  readonly migrate: string | FunctionSettings
  /** The HTTP API; without it none is deployed. Its key is the secret `<name>ApiKey`. */
  readonly enqueue?: string | FunctionSettings
  /** Folder of SQL files to deploy as `migrations`, relative to the app's root. Default: none, `migrate` contains its own. */
  readonly migrations?: string
  /** The schema of Sluice's tables. Stages that share a database each need their own. Default `"sluice"`. */
  readonly schema?: string
  /** Drain functions at work at the same time, each with a database session of its own. Default 10. */
  readonly maxDrainers?: number
  /** Jobs at the same time in one drain function. Default: that of the drain function's code. */
  readonly concurrency?: number
  /** Timeout of the drain function. Default `"15 minutes"`. */
  readonly timeout?: NonNullable<sst.aws.FunctionArgs["timeout"]>
  /** When the drain function is invoked by schedule. Default `"rate(1 minute)"`, in idle mode `"rate(1 hour)"`. */
  readonly schedule?: sst.aws.CronArgs["schedule"]
  /** Idle mode: the drain function sets a wake-up for the next due time, so that the database can suspend until then. */
  readonly idle?: boolean
  /**
   * Reserves concurrency of the account: `maxDrainers + 1` for the drain function, `apiConcurrency` for the API. A new AWS
   * account has 10 in total and can't reserve any: set `false` until that quota is raised. Default `true`.
   */
  readonly reserveConcurrency?: boolean
  /**
   * Requests that the API handles at the same time; each uses up to two database connections. This concurrency is
   * reserved, unless `reserveConcurrency` is `false`. Default 10.
   */
  readonly apiConcurrency?: number
  /** Requests per second that the API accepts, with or without a key; more get a 429. Default: rate 100, burst 200. */
  readonly throttle?: { readonly rate: number; readonly burst: number }
  /** ARN of an SNS topic that the alarms notify. Without one they show in CloudWatch only. */
  readonly alarmTopic?: $util.Input<string>
}

/**
 * The whole deployment: migrated schema, drain function on its schedule, HTTP API, alarms and dashboard. The functions
 * find their database as `Resource.<name>Database.url`, and the API its key as `Resource.<name>ApiKey.value`.
 *
 * Link it to a function that enqueues: that function may then wake the drain function, whose name it finds in its
 * environment as `SLUICE_DRAIN_FUNCTION`.
 */
export class Sluice extends $util.ComponentResource {
  readonly drain: sst.aws.Function
  /** URL of the HTTP API, if there is one. */
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
    // Without this, AWS stops a chain of hand-overs after about 16 invocations.
    const recursion = { functionName: this.drain.name, recursiveLoop: "Allow" }
    new aws.lambda.FunctionRecursionConfig(`${name}DrainRecursion`, recursion, here)
    const { schedule = args.idle ? "rate(1 hour)" : "rate(1 minute)" } = args
    new sst.aws.Cron(`${name}Schedule`, { schedule, function: this.drain }, here)

    this.url = args.enqueue ? serve(name, args, args.enqueue, common, this.wake, afterMigration) : undefined
    createAlarms(name, drainName, args.alarmTopic, here)
    createDashboard(name, drainName, here)
    this.registerOutputs({ url: this.url })
  }

  /** Called by SST when this component is linked to a function. */
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

/** What a function that enqueues needs to wake the drain function. */
function wakeOf(drainName: string) {
  return {
    environment: { SLUICE_DRAIN_FUNCTION: drainName },
    permission: { actions: ["lambda:InvokeFunction"], resources: [functionArn(drainName)] },
  }
}

/** Runs on deploy when the function's package has changed: the key is a hash of code, migrations and linked database. */
function migrate(name: string, args: SluiceArgs, common: Common, here: $util.ComponentResourceOptions) {
  const own: OwnArgs = {
    ...common,
    copyFiles: args.migrations ? [{ from: args.migrations, to: "migrations" }] : [],
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
    memory: `${MEMORY_MB.drain} MB`,
    environment: {
      ...common.environment,
      SLUICE_MAX_DRAINERS: `${maxDrainers}`,
      SLUICE_DRAIN_TIMEOUT: timeout,
      ...(args.concurrency && { SLUICE_CONCURRENCY: `${args.concurrency}` }),
      ...idleMode?.environment,
    },
    permissions: [wake.permission, ...(idleMode?.permissions ?? [])],
    // One more than there are drainers, for the successor that starts while its predecessor ends.
    ...(reserveConcurrency && { concurrency: { reserved: maxDrainers + 1 } }),
    retries: 0, // the queue retries jobs, and the schedule invokes the next drain
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
    memory: `${MEMORY_MB.enqueue} MB`,
    // Each process has database connections, and a flood of requests must not use them all.
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
