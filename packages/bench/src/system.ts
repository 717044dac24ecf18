import type { Queryable } from "@sluice/core"
import pg from "pg"

/** A job queue under measurement. One file of systems/ each; all are driven by these verbs and no others. */
export interface System {
  readonly name: string
  /** Its file's address, so that its processes load nothing of the others. */
  readonly module: string
  /** How it is configured, for the reader of the results. */
  readonly settings: string
  /** Whether finished jobs are kept, which costs a system about what deleting them does. */
  readonly keepsHistory: boolean
  /** The part of a scenario's jobs that it is given, so that one that takes them singly doesn't take all the time. */
  readonly share: number
  /** Obstacles that it has, with no other meaning than Sluice's. */
  readonly knows: readonly Obstacle[]
  /** Installs its schema in an empty database. */
  prepare(url: string): Promise<void>
  /** Stores jobs quickly, in SQL: as its own function for that, or as rows like those that it writes. */
  fill(database: Queryable, backlog: Backlog): Promise<void>
  /** What an app does to store jobs. */
  openEnqueuer(url: string): Promise<Enqueuer>
  /** Connects in a process of its own; begins to take jobs at `start`. */
  openWorker(orders: WorkerOrders): Promise<Worker>
  /** Whether every job that is free to run has been performed, and this is committed. */
  isDone(database: Queryable): Promise<boolean>
}

/** What can lie in the way of jobs that are free to run. */
export type Obstacle = "blocked" | "scheduled" | "queues" | "paused"

export interface Backlog {
  readonly count: number
  /** The number of the first job; numbers tell jobs apart when the results are checked. Default 0. */
  readonly first?: number
  /** Bytes of text in the payload beside the number. Default 0. */
  readonly payloadBytes?: number
  /** `scheduled`: due tomorrow; `blocked`: of two keys that are taken; `paused`: in the queue `paused`. Default: free. */
  readonly obstacle?: Exclude<Obstacle, "queues">
  /** Over how many queues to spread the jobs. Default: one. */
  readonly queues?: number
}

export interface Enqueuer {
  one(payload: Payload): Promise<unknown>
  many(payloads: readonly Payload[]): Promise<unknown>
  /** A statement that stores jobs one by one from SQL, as a trigger would: those numbered $1 to $2. */
  readonly inSql?: string
  end(): Promise<void>
}

export interface Payload {
  readonly n: number
  /** When it was enqueued, in milliseconds since 1970 with a fraction. */
  readonly at?: number
}

export interface WorkerOrders {
  readonly url: string
  /** Jobs at once in a worker. */
  readonly concurrency: number
  /** Keep waiting for jobs, as fast as the system can hear of them. Else the queue is drained once. */
  readonly lingers: boolean
  /** Performs one job. */
  perform(payload: Payload): void | Promise<void>
}

export interface Worker {
  start(): void
  stop(): Promise<void>
}

/** Most jobs that a system which works in batches takes at once. */
export const BATCH = 500

/** An SQL expression of the payload of job `i`. The text hardly compresses. */
export function payloadSql({ payloadBytes = 0 }: Backlog): string {
  if (payloadBytes === 0) return "jsonb_build_object('n', i)"
  const text = `(select string_agg(md5(part::text), '') from generate_series(1, ${payloadBytes / 32}) part)`
  return `jsonb_build_object('n', i, 'text', ${text})`
}

/** Numbers of a backlog's jobs as an SQL row source, in sets small enough for one statement. */
export function* setsOf({ first = 0, count }: Backlog, most = 250_000): Generator<string> {
  for (let from = first; from < first + count; from += most) {
    yield `generate_series(${from}, ${Math.min(from + most, first + count) - 1}) i`
  }
}

/** A pool that doesn't mind when its database is dropped. */
export function openPool(url: string, max: number): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max })
  pool.on("error", () => {})
  pool.on("connect", (client) => void client.on("error", () => {}))
  return pool
}
