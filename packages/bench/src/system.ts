import type { Queryable } from "@sluice/core"
import pg from "pg"

/** A job queue under measurement. Each has a file in systems/, and is used only through these methods. */
export interface System {
  readonly name: string
  /** URL of its file, so that its processes load no other system. */
  readonly module: string
  /** Its configuration, for readers of the results. */
  readonly settings: string
  /** What a reader must know before comparing it with the others. */
  readonly note?: string
  /** Where it keeps its jobs, if not in Postgres. */
  readonly store?: "redis"
  /** Returns why this machine can't run it, if so. */
  readonly whyMissing?: () => string | undefined
  /** Its settings where a worker's death must be noticed soon. */
  readonly watchfulSettings?: string
  /** Whether finished jobs are kept, which costs about as much as deleting them. */
  readonly keepsHistory: boolean
  /** The share of a scenario's jobs that it gets. Smaller for systems that are slow because they claim jobs singly. */
  readonly share: number
  /** Obstacles that it supports with the same meaning as Sluice. */
  readonly knows: readonly Obstacle[]
  /** Installs its schema in an empty database. */
  prepare(url: string): Promise<void>
  /** Stores jobs quickly in SQL: with its own function for that, or as rows like the ones it writes. */
  fill(database: Queryable, backlog: Backlog): Promise<void>
  /** Opens what an app uses to store jobs. */
  openEnqueuer(url: string): Promise<Enqueuer>
  /** Called in a process of its own. The worker connects, and claims jobs after its `start`. */
  openWorker(orders: WorkerOrders): Promise<Worker>
  /** Whether the completion of every free job is committed. */
  isDone(database: Queryable): Promise<boolean>
}

/** What can stand in the way of free jobs. */
export type Obstacle =
  | "blocked"
  | "rate"
  | "scheduled"
  | "expired"
  | "queues"
  | "paused"
  | "fair"
  | "batch"
  | "workflow"

export interface Backlog {
  readonly count: number
  /** Number of the first job. The numbers identify jobs when the results are checked. Default 0. */
  readonly first?: number
  /** Bytes of text in the payload in addition to the number. Default 0. */
  readonly payloadBytes?: number
  /** `scheduled`: due tomorrow; `blocked`: with one of two keys in use; `rate`: with one of two rates used up; `paused`: in a paused queue. Default: free. */
  readonly obstacle?: Exclude<Obstacle, "queues" | "fair" | "batch" | "workflow">
  /** Number of queues over which to spread the jobs. Default 1. */
  readonly queues?: number
  /** Number of small tenants, with 10 jobs each at the end; the other jobs are those of one. Default: no job has a tenant. */
  readonly smallTenants?: number
  /** What has just come due: scheduled jobs, or a schedule for each job. Default: the jobs are ready. */
  readonly due?: "jobs" | "schedules"
  /** Whether the jobs are one batch. Default false. */
  readonly isBatch?: boolean
  /** Whether each ten jobs are a workflow. Default false. */
  readonly isWorkflow?: boolean
}

export interface Enqueuer {
  one(payload: Payload): Promise<unknown>
  many(payloads: readonly Payload[]): Promise<unknown>
  /** A statement that stores the jobs numbered $1 to $2 one by one from SQL, as a trigger would. */
  readonly inSql?: string
  end(): Promise<void>
}

export interface Payload {
  readonly n: number
  /** Time of the enqueue in milliseconds since 1970, with a fraction. */
  readonly at?: number
}

export interface WorkerOrders {
  readonly url: string
  /** Jobs at the same time in a worker. */
  readonly concurrency: number
  /** Whether to keep waiting for jobs, with the system's fastest notification. Otherwise the queue is drained once. */
  readonly lingers: boolean
  /** Whether the death of a worker must be noticed as soon as the system's documented settings allow. Default false. */
  readonly isWatchful?: boolean
  /** Performs one job. */
  perform(payload: Payload): void | Promise<void>
}

export interface Worker {
  start(): void
  stop(): Promise<void>
}

/** Batch size of systems that work in batches. */
export const BATCH = 500

/** An SQL expression for the payload of job `i`. Its text is hardly compressible. */
export function payloadSql({ payloadBytes = 0 }: Backlog): string {
  if (payloadBytes === 0) return "jsonb_build_object('n', i)"
  const text = `(select string_agg(md5(part::text), '') from generate_series(1, ${payloadBytes / 32}) part)`
  return `jsonb_build_object('n', i, 'text', ${text})`
}

/** The numbers of a backlog's jobs as SQL row sources, each small enough for one statement. */
export function* rowSources({ first = 0, count }: Backlog, maxRows = 250_000): Generator<string> {
  for (let from = first; from < first + count; from += maxRows) {
    yield `generate_series(${from}, ${Math.min(from + maxRows, first + count) - 1}) i`
  }
}

/** A pool that survives the drop of its database. */
export function openPool(url: string, max: number): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max })
  pool.on("error", () => {})
  pool.on("connect", (client) => void client.on("error", () => {}))
  return pool
}
