import type { Duration } from "../checks/duration.ts"
import type { Queryable } from "../database/connection.ts"
import type { Logger } from "../logger.ts"

/** What `perform` is given beside the payload. */
export interface JobContext {
  /** The job's id, a decimal string. */
  readonly id: string
  readonly name: string
  readonly queue: string
  /** 1 for the first execution that counts, 2 for the first retry, … */
  readonly attempt: number
  readonly maxAttempts: number
  /** Aborts at the job's timeout, at the drainer's deadline and when the database session is lost. Pass it on. */
  readonly signal: AbortSignal
  /** When the signal aborts at the latest. */
  readonly deadlineAt: Date
  readonly enqueuedAt: Date
  readonly tags: readonly string[]
  readonly metadata: Readonly<Record<string, unknown>>
  readonly log: Logger
  /**
   * The transaction of a job defined with `transactional: true`: what is written through it and the job's
   * completion commit together or not at all. Reading it in any other job throws.
   */
  readonly transaction: Queryable
  /**
   * Does a part of the work once in the life of the job. What it returns is stored as JSON (256 KiB at most) and given
   * back without doing it again when the job goes on: after the drainer's deadline, a sleep, a failure or a crash. Names
   * are unique within an execution. Transactional, the work is done through a transaction that records it too: then not
   * even a crash repeats it, where else one between the work and its record does.
   */
  step<Value>(
    name: string,
    perform: (transaction: Queryable) => Promise<Value> | Value,
    options: CheckpointOptions & { readonly transactional: true },
  ): Promise<Value>
  step<Value>(
    name: string,
    perform: () => Promise<Value> | Value,
    options?: CheckpointOptions & { readonly transactional?: false },
  ): Promise<Value>
  /**
   * Goes through something big, a batch at a time: `advance` does the work that comes after `position` and answers with
   * the new position (JSON, 256 KiB at most), or with undefined or null when there is no more. Each position is saved;
   * at the drainer's deadline the job is put back after the batch, without an attempt being charged, and goes on from there.
   */
  cursor<Position>(
    name: string,
    start: Position,
    advance: (position: Position, transaction: Queryable) => Next<Position> | Promise<Next<Position>>,
    options: CheckpointOptions & { readonly transactional: true },
  ): Promise<void>
  cursor<Position>(
    name: string,
    start: Position,
    advance: (position: Position) => Next<Position> | Promise<Next<Position>>,
    options?: CheckpointOptions & { readonly transactional?: false },
  ): Promise<void>
  /**
   * Puts the job back until so much later, once in its life, without an attempt being charged: it throws a `Snooze`, to
   * be let through, and the execution that passes it is another one. A job that catches it is put back all the same. Without a name it goes by its place among the
   * sleeps without one.
   */
  sleep(duration: Duration): Promise<void>
  sleep(name: string, duration: Duration): Promise<void>
}

export interface CheckpointOptions {
  /** Does the work in a database transaction that records it too, so that it happens exactly once. Default false. */
  readonly transactional?: boolean
}

export type Next<Position> = Position | undefined | null
