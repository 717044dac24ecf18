import { MEMORY_MB } from "../memory.ts"
import { createAlarms } from "./alarms.ts"
import { dashboardPathOf, serve } from "./api.ts"
import type { SluiceArgs } from "./args.ts"
import { createCharts } from "./charts.ts"
import { checkArgs } from "./check.ts"
import { type ResolvedDatabase, resolveDatabase } from "./databases.ts"
import { createFunction, type OwnArgs } from "./functions.ts"
import { createIdleMode } from "./idle.ts"
import { functionArn } from "./names.ts"
import { type DrainFunction, drainFunctionsOf, wakeEnvironment } from "./pools.ts"
import { createSchedule } from "./schedule.ts"
import { createSnapshots, type Snapshots } from "./snapshots.ts"

/**
 * The whole deployment: migrated schema, drain function on its schedule, HTTP API, dashboard, alarms and charts. The functions
 * find their database as `Resource.<name>Database.url`, and the API its key as `Resource.<name>ApiKey.value`.
 *
 * Link it to a function that enqueues: that function may then wake the drain function, and finds what `fromEnvironment`
 * of `@sluice/aws` reads in its environment, and the database's address as `Resource.<name>.databaseUrl`. It isn't
 * given the database's network: pass it the same `vpc`.
 *
 * In `sst dev`, the drain function and the API run live on your machine, where they must reach the database: through
 * `sst tunnel`, if it is in a VPC. The schedule invokes the drain function through AWS, and fails after `sst dev` has
 * ended. The migrate function runs on AWS, as it does in a deployment. If the database is a Postgres or Aurora whose
 * `dev` option names one on your machine, it doesn't run: migrate that one with `npx sluice migrate`.
 *
 * `sst remove` leaves the schema and its jobs in the database. To remove them too: `drop schema sluice cascade`.
 */
export class Sluice extends $util.ComponentResource {
  /** URL of the HTTP API, if there is one. */
  readonly url: $util.Output<string> | undefined
  /** URL of the dashboard, if there is one. */
  readonly dashboardUrl: $util.Output<string> | undefined
  /** What browsers give to `watchJob` and `useJob` as `url`, if there is `watch`. */
  readonly watchUrl: $util.Output<string> | undefined
  /** What the component has made, to refer to it or to add to it. An API that existed before is among it too. */
  readonly nodes: {
    readonly drain: sst.aws.Function
    /** The drain functions of pools, with their schedules, by the pools' names. */
    readonly pools: Readonly<Record<string, { drain: sst.aws.Function; schedule: sst.aws.CronV2 }>>
    readonly migrate: sst.aws.Function
    readonly enqueue: sst.aws.Function | undefined
    readonly api: sst.aws.ApiGatewayV2 | undefined
    readonly schedule: sst.aws.CronV2
    readonly alarms: readonly aws.cloudwatch.MetricAlarm[]
    readonly dashboard: sst.aws.Function | undefined
    readonly watch: sst.aws.Function | undefined
    readonly charts: aws.cloudwatch.Dashboard | undefined
    /** With a dashboard in idle mode. */
    readonly snapshots: sst.aws.Bucket | undefined
  }
  private readonly parts: Parts

  /** @throws InvalidSettingError (`invalid_setting`) for options that are unknown or impossible. */
  constructor(name: string, args: SluiceArgs, options?: $util.ComponentResourceOptions) {
    checkArgs(name, args)
    super("sluice:aws:Sluice", name, {}, options)
    const here = { parent: this }
    const parts = partsOf(name, args, here)
    const { migrate, migrated } = createMigration(parts, here)
    const afterMigration = { ...here, dependsOn: migrated }
    const [drain, ...pools] = parts.drains.map((each) => deployDrain(parts, each, here, afterMigration))
    const needsKey = args.enqueue ?? args.dashboard ?? args.watch
    const apiKey = needsKey ? new sst.Secret(`${name}ApiKey`) : undefined
    const enqueue = createEnqueue(parts, apiKey, afterMigration)
    const dashboard = createDashboard(parts, apiKey, afterMigration)
    const watch = createWatch(parts, apiKey, afterMigration)
    const served = serve(name, args, { enqueue, dashboard }, here)

    this.parts = parts
    this.url = enqueue && served?.url
    this.dashboardUrl =
      dashboard && served && $util.output(served.url).apply((url) => `${url.replace(/\/$/, "")}/dashboard/`)
    this.watchUrl = watch?.url
    this.nodes = {
      drain: drain.function,
      pools: Object.fromEntries(
        pools.map(({ pool, function: drain, schedule }) => [pool, { drain, schedule }]),
      ),
      migrate,
      enqueue,
      api: served?.api,
      schedule: drain.schedule,
      alarms: [drain, ...pools].flatMap(({ alarms }) => alarms),
      dashboard,
      watch,
      charts: createCharts(name, args, parts.drains, here),
      snapshots: parts.snapshots?.bucket,
    }
    this.registerOutputs({ url: this.url, dashboardUrl: this.dashboardUrl, watchUrl: this.watchUrl })
  }

  /** Called by SST when this component is linked to a function. */
  getSSTLink() {
    const { database, drains, schema, wake } = this.parts
    return {
      properties: {
        databaseUrl: database.url,
        drainFunction: drains[0].physicalName,
        schema,
        ...(this.url && { url: this.url }),
        ...(this.watchUrl && { watchUrl: this.watchUrl }),
      },
      include: [
        sst.aws.permission(wake.permission),
        {
          type: "environment",
          env: { ...database.environment, SLUICE_SCHEMA: schema, ...wake.environment },
        },
      ],
    }
  }
}

/** What the functions have in common. */
interface Parts {
  readonly name: string
  readonly args: SluiceArgs
  readonly database: ResolvedDatabase
  readonly databaseLink: sst.Linkable<{ url: $util.Input<string> }>
  /** The default one first. */
  readonly drains: ReturnType<typeof drainFunctionsOf>
  readonly schema: string
  readonly snapshots: Snapshots | undefined
  /** What a function that enqueues needs to wake the drain functions. */
  readonly wake: {
    readonly environment: Record<string, string>
    readonly permission: sst.aws.FunctionPermissionArgs
  }
}

function partsOf(name: string, args: SluiceArgs, here: $util.ComponentResourceOptions): Parts {
  const database = resolveDatabase(args.database)
  const drains = drainFunctionsOf(name, args)
  return {
    name,
    args,
    database,
    databaseLink: new sst.Linkable(`${name}Database`, { properties: { url: database.url } }),
    drains,
    schema: args.schema ?? "sluice",
    snapshots: createSnapshots(name, args, here),
    wake: {
      environment: wakeEnvironment(name, args),
      permission: {
        actions: ["lambda:InvokeFunction"],
        resources: drains.map(({ physicalName }) => functionArn(physicalName)),
      },
    },
  }
}

/** Runs on deploy when the function's package has changed: the key is a hash of code and linked database. */
function createMigration(
  { name, args, database, databaseLink, schema }: Parts,
  options: $util.ComponentResourceOptions,
) {
  const environment = {
    SLUICE_SCHEMA: schema,
    SLUICE_OWNER: `${$app.name}/${$app.stage}`,
    ...(args.retention && { SLUICE_RETENTION: textOf(args.retention) }),
  }
  const own: OwnArgs = {
    link: [databaseLink],
    environment,
    timeout: "15 minutes",
    dev: false,
  }
  const migrate = createFunction(`${name}Migrate`, database, args.migrate, own, options)
  if (database.isLocal) return { migrate, migrated: [] }
  const functionName = migrate.name
  const triggers = { package: migrate.nodes.function.s3Key.apply(String), ...environment }
  const migrated = new aws.lambda.Invocation(
    `${name}Migrated`,
    { functionName, input: "{}", triggers },
    options,
  )
  return { migrate, migrated: [migrated] }
}

/** A drain function, with what invokes and watches it. */
function deployDrain(
  parts: Parts,
  drain: DrainFunction,
  here: $util.ComponentResourceOptions,
  afterMigration: $util.ComponentResourceOptions,
) {
  const { name, args } = parts
  const deployed = createDrain(parts, drain, here, afterMigration)
  return {
    pool: drain.pool,
    function: deployed,
    schedule: createSchedule(name, drain.suffix, args, deployed, here),
    alarms: createAlarms(name, args, drain, here),
  }
}

function createDrain(
  { name, args, database, databaseLink, schema, snapshots, wake }: Parts,
  { suffix, physicalName, settings, limits, environment }: DrainFunction,
  here: $util.ComponentResourceOptions,
  afterMigration: $util.ComponentResourceOptions,
) {
  const { reserveConcurrency = true } = args
  const { maxDrainers = 10, concurrency, linger } = limits
  const idleMode = args.idle ? createIdleMode(name, suffix, physicalName, here) : undefined
  const timeout = settings.timeout ?? "15 minutes"
  const own: OwnArgs = {
    link: [databaseLink],
    timeout,
    memory: `${MEMORY_MB.drain} MB`,
    environment: {
      SLUICE_SCHEMA: schema,
      SLUICE_MAX_DRAINERS: `${maxDrainers}`,
      SLUICE_DRAIN_TIMEOUT: timeout,
      ...(concurrency && { SLUICE_CONCURRENCY: `${concurrency}` }),
      ...(linger && { SLUICE_LINGER: linger }),
      ...idleMode?.environment,
      ...snapshots?.drain.environment,
      ...environment,
    },
    permissions: [wake.permission, ...(idleMode?.permissions ?? []), ...(snapshots?.drain.permissions ?? [])],
    // One more than there are drainers, for the successor that starts while its predecessor ends.
    ...(reserveConcurrency && { concurrency: { reserved: maxDrainers + 1 } }),
    retries: 0, // the queue retries jobs, and the schedule invokes the next drain
  }
  const drain = createFunction(`${name}Drain${suffix}`, database, settings, own, afterMigration)
  // Without this, AWS stops a chain of hand-overs after about 16 invocations.
  const recursion = { functionName: drain.name, recursiveLoop: "Allow" }
  new aws.lambda.FunctionRecursionConfig(`${name}Drain${suffix}Recursion`, recursion, here)
  return drain
}

function createEnqueue(
  { name, args, database, databaseLink, schema, wake }: Parts,
  apiKey: sst.Secret | undefined,
  afterMigration: $util.ComponentResourceOptions,
) {
  if (args.enqueue === undefined) return undefined
  const { apiConcurrency = 10, reserveConcurrency = true } = args
  const own: OwnArgs = {
    link: [databaseLink, apiKey],
    environment: { SLUICE_SCHEMA: schema, ...wake.environment },
    permissions: [wake.permission],
    timeout: "29 seconds",
    memory: `${MEMORY_MB.enqueue} MB`,
    // Each process has database connections, and a flood of requests must not use them all.
    ...(reserveConcurrency && { concurrency: { reserved: apiConcurrency } }),
  }
  return createFunction(`${name}Enqueue`, database, args.enqueue, own, afterMigration)
}

/** People at the dashboard at the same moment; a page takes a fraction of a second. */
const DASHBOARD_CONCURRENCY = 5

function createDashboard(
  { name, args, database, databaseLink, schema, snapshots, wake }: Parts,
  apiKey: sst.Secret | undefined,
  afterMigration: $util.ComponentResourceOptions,
) {
  if (args.dashboard === undefined) return undefined
  const { reserveConcurrency = true } = args
  const own: OwnArgs = {
    link: [databaseLink, apiKey],
    environment: {
      SLUICE_SCHEMA: schema,
      SLUICE_DASHBOARD_PATH: dashboardPathOf(args),
      ...snapshots?.dashboard.environment,
      ...wake.environment,
    },
    permissions: [wake.permission, ...(snapshots?.dashboard.permissions ?? [])],
    timeout: "29 seconds",
    memory: `${MEMORY_MB.dashboard} MB`,
    ...(reserveConcurrency && { concurrency: { reserved: DASHBOARD_CONCURRENCY } }),
  }
  return createFunction(`${name}Dashboard`, database, args.dashboard, own, afterMigration)
}

function createWatch(
  { name, args, database, databaseLink, schema }: Parts,
  apiKey: sst.Secret | undefined,
  afterMigration: $util.ComponentResourceOptions,
) {
  if (args.watch === undefined) return undefined
  const { watchConcurrency = 10, reserveConcurrency = true } = args
  const own: OwnArgs = {
    link: [databaseLink, apiKey],
    environment: { SLUICE_SCHEMA: schema },
    timeout: "30 seconds", // a response ends after 20
    memory: `${MEMORY_MB.watch} MB`,
    url: { cors: false }, // the app answers itself: with both, a header would be there twice, which browsers refuse
    streaming: true,
    ...(reserveConcurrency && { concurrency: { reserved: watchConcurrency } }),
  }
  return createFunction(`${name}Watch`, database, args.watch, own, afterMigration)
}

function textOf(retention: string | object): string {
  return typeof retention === "string" ? retention : JSON.stringify(retention)
}
