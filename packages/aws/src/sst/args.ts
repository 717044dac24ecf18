import type { Database } from "./databases.ts"
import type { FunctionOption, FunctionSettings } from "./functions.ts"
import type { Transform } from "./transform.ts"

export interface SluiceArgs {
  /** Where the jobs live: `{ url }`, a secret with the connection string, or SST's Postgres or Aurora. */
  readonly database: Database
  /** The function that performs jobs. Its timeout is 15 minutes by default, its memory 512 MB. */
  readonly drain: FunctionOption
  /**
   * Drain functions of their own for some queues, by name: `{ heavy: { queues: ["heavy"], memory: "4 GB" } }`. `drain` serves the
   * queues that none of them does. Each has a `maxDrainers` of its own.
   */
  readonly pools?: Readonly<Record<string, PoolArgs>>
  /** The function that migrates the schema. It runs on deploy, before the others change. */
  readonly migrate: FunctionOption
  /** The HTTP API; without it none is deployed. Its key is the secret `<name>ApiKey`. */
  readonly enqueue?: FunctionOption
  /**
   * The dashboard, below `/dashboard` of the API; without it none is deployed. Whoever has the secret `<name>ApiKey`, or a key
   * that may read, can log in. Its concurrency of 5 is reserved, unless `reserveConcurrency` is `false`.
   */
  readonly dashboard?: FunctionOption
  /**
   * The function that streams the progress of jobs to browsers, at a function URL of its own: the component's `watchUrl`. API Gateway
   * can't stream. It accepts the tokens of jobs, which are made with the secret `<name>ApiKey`. Not for a database in a VPC, from which
   * function URLs don't stream, and with Node 24 only: on older runtimes a response is billed until its connections are closed.
   */
  readonly watch?: FunctionOption
  /**
   * An API to which the routes of `enqueue` and `dashboard` are added, instead of one of the component's own: at its root
   * (`/v1`, `/health`, `/openapi.json`, `/dashboard`), or below a path, which the handler then has to take off:
   * `handle(new Hono().mount("/queue", (request) => createApp(…).fetch(request)))`. To serve it through a Router, add a
   * route with a rewrite: `router.route("/queue", queue.url, { rewrite: { regex: "^/queue/(.*)$", to: "/$1" } })`.
   */
  readonly api?: sst.aws.ApiGatewayV2 | ApiAttachment
  /** The API's own domain, as in `sst.aws.ApiGatewayV2`. */
  readonly domain?: sst.aws.ApiGatewayV2Args["domain"]
  /** The schema of Sluice's tables. Stages that share a database each need their own. Default `"sluice"`. */
  readonly schema?: string
  /** Drain functions at work at the same time, each with a database session of its own, up to 1,000. Those of pools don't count. Default 10. */
  readonly maxDrainers?: number
  /** Jobs at the same time in one drain function, up to 10,000. Default: that of the drain function's code. */
  readonly concurrency?: number
  /** How long a drain waits for work before it ends, such as `"1s"`; Lambda bills it. Default: that of its code. */
  readonly linger?: Duration
  /**
   * How long finished jobs are kept, such as `"30d"`, or by state, queue and name:
   * `{ default: "14d", succeeded: "1d", queues: { audit: "365d" } }`. Default: what the schema has, at first 14 days.
   */
  readonly retention?: Duration | Retention
  /**
   * When the drain function is invoked by schedule, in EventBridge Scheduler's form. Default `"rate(1 minute)"`, in idle
   * mode `"rate(1 hour)"`.
   */
  readonly schedule?: `rate(${string})` | `cron(${string})`
  /** Idle mode: the drain function sets a wake-up for the next due time, so that the database can suspend until then. */
  readonly idle?: boolean
  /**
   * Reserves concurrency of the account: `maxDrainers + 1` for each drain function, `apiConcurrency` for the API,
   * `watchConcurrency` for those who watch. A new AWS
   * account has 10 in total and can't reserve any: set `false` until that quota is raised. Default `true`.
   */
  readonly reserveConcurrency?: boolean
  /**
   * Requests that the API handles at the same time; each uses up to two database connections. This concurrency is
   * reserved, unless `reserveConcurrency` is `false`. Default 10.
   */
  readonly apiConcurrency?: number
  /**
   * Browsers that watch a job at the same time; each has an instance of `watch`, with a database connection, for up to 20 seconds.
   * More of them get a 429 and try again. This concurrency is reserved, unless `reserveConcurrency` is `false`. Default 10.
   */
  readonly watchConcurrency?: number
  /** Requests per second that the API accepts, with or without a key; more get a 429. Default: rate 100, burst 200. */
  readonly throttle?: { readonly rate: number; readonly burst: number }
  /** Alarms in CloudWatch. Default `true`. */
  readonly alarms?: boolean
  /** An SNS topic that the alarms notify, or its ARN. Without one they show in CloudWatch only. */
  readonly alarmTopic?: sst.aws.SnsTopic | $util.Input<string>
  /** Charts in CloudWatch of what the alarms look at. Default `true`. */
  readonly charts?: boolean
  /** Changes what the component makes, besides its functions, which have a `transform` each. */
  readonly transform?: {
    readonly api?: Transform<sst.aws.ApiGatewayV2Args>
    /** For each of the alarms; its name says which. */
    readonly alarm?: Transform<aws.cloudwatch.MetricAlarmArgs>
    readonly charts?: Transform<aws.cloudwatch.DashboardArgs>
    readonly schedule?: Transform<sst.aws.CronV2Args>
  }
}

/** A drain function that serves some queues. */
export interface PoolArgs {
  /** The queues, each in one pool only. */
  readonly queues: readonly string[]
  /** Default: the component's `drain`. */
  readonly drain?: FunctionOption
  /** In place of that of `drain`. */
  readonly memory?: FunctionSettings["memory"]
  /** In place of that of `drain`. */
  readonly timeout?: FunctionSettings["timeout"]
  /** Default 10. */
  readonly maxDrainers?: number
  /** Default: the component's `concurrency`. */
  readonly concurrency?: number
  /** Default: the component's `linger`. */
  readonly linger?: Duration
}

/** As in Sluice's other options: `"500ms"`, `"30s"`, `"14d"`. */
type Duration = `${number}${"ms" | "s" | "m" | "h" | "d"}`

/** Of a job, the time for its name applies, else that for its queue, else that for its state, else the default. */
export interface Retention {
  /** At least `"1d"`; the others are at least `"1h"`. */
  readonly default?: Duration
  readonly succeeded?: Duration
  readonly discarded?: Duration
  readonly canceled?: Duration
  readonly queues?: Readonly<Record<string, Duration>>
  readonly names?: Readonly<Record<string, Duration>>
}

export interface ApiAttachment {
  readonly instance: sst.aws.ApiGatewayV2
  /** Such as `"/queue"`, without a slash at its end. */
  readonly path: string
}
