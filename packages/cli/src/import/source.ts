import type { ScheduleSettings } from "@sluice/core"
import type { Client } from "pg"

/** A queue whose jobs can be moved: where they are, and what they mean in Sluice's words. */
export interface Source {
  /** The Postgres schema in which it is by default. */
  readonly defaultSchema: string
  /** Throws `SluiceError` `unsupported_source` unless the schema has the tables of a version that is known here. */
  readonly check: (database: Client, tables: Tables) => Promise<void>
  /** A statement before the jobs are read, such as the lock of a table. */
  readonly prepare?: (tables: Tables) => string
  /**
   * Selects the jobs that wait, as {@link SourceRow}s in the order in which they would run, and locks them so that no worker
   * takes them. Those that a worker has, or locks at this moment, are left out.
   */
  readonly select: (tables: Tables) => string
  /** The payload of a job, if it isn't the column as it is. Throws {@link Refusal}. */
  readonly readPayload?: (column: unknown) => unknown
  /** Deletes the jobs that are moved: `$1` is a list of their ids and names as JSON. */
  readonly remove: (tables: Tables) => string
  /** Counts the jobs that are there: `unfinished`, and `failed`, which nobody tries again. */
  readonly count: (tables: Tables) => string
  /** The schedules, if the source or one of its files has any. */
  readonly readSchedules?: (from: ScheduleSource) => Promise<ForeignSchedule[]>
  /** Deletes a schedule from the source's database, if it is there. */
  readonly removeSchedule?: (from: ScheduleSource, schedule: ForeignSchedule) => Promise<unknown>
}

/** A table of the source, quoted and with its schema. */
export type Tables = (name: string) => string

/** A job of the source. What is null or left out is as its definition says. */
export interface SourceRow {
  readonly id: string
  readonly name: string
  readonly payload: unknown
  readonly queue?: string | null
  /** In Sluice's direction: a smaller number runs first. 0, the default of each source, says nothing. */
  readonly priority: number
  readonly run_at: Date
  /** As Postgres writes it. */
  readonly created_at: string
  /** Executions that counted. */
  readonly attempts: number
  readonly max_attempts?: number | null
  readonly unique_key?: string | null
  /** How long the key is taken, unless the definition says it. */
  readonly unique_while?: "waiting" | "unfinished" | null
  readonly concurrency_key?: string | null
  readonly concurrency_order?: "enqueued" | null
  readonly tags?: readonly string[] | null
  /** What else is worth knowing: becomes part of the metadata. */
  readonly details?: Readonly<Record<string, unknown>> | null
  /** Why it can't be moved. */
  readonly refusal?: string | null
}

export interface ScheduleSource {
  readonly database: Client
  readonly tables: Tables
  /** A file of schedules, for a source that has them in one. */
  readonly crontab: string | undefined
}

export interface ForeignSchedule {
  /** In the source. */
  readonly name: string
  readonly id: string
  /** In Sluice. */
  readonly key: string
  readonly settings: ScheduleSettings
  /** Why it can't be moved. */
  readonly refusal?: string
}

/** Why a job can't be moved. It is left in the source, and the others are moved. */
export class Refusal extends Error {
  override name = "Refusal"
}
