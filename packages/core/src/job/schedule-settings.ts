import type { Duration } from "../checks/duration.ts"
import type { EnqueueOptions } from "./job-options.ts"
import { toIsoInstant } from "./option-values.ts"

/** When a schedule has ticks, and what becomes of them. */
export type ScheduleTiming = {
  /** The time zone of `cron`, by its name in the IANA database. Default `"UTC"`. */
  readonly timeZone?: string
  /** Enqueues each job up to this long after its tick, by a part that is always the same for the schedule. Up to a day. Default 0. */
  readonly jitter?: Duration
  /** No tick is before this instant. With `every`, ticks are counted from it. */
  readonly startsAt?: Date | string
  /** No tick is after this instant. */
  readonly endsAt?: Date | string
  /** What becomes of ticks that were missed because nobody drained. Default `"once"`. */
  readonly catchUp?: CatchUp | { readonly policy: CatchUp; readonly within?: Duration }
  /** What becomes of a tick while the job of an earlier one is unfinished. Default `"allow"`. */
  readonly overlap?: Overlap
  /** Whether it has ticks. Default true. */
  readonly enabled?: boolean
  /** The options of each enqueue. Without them, those of the definition apply. */
  readonly options?: Omit<
    EnqueueOptions,
    "transaction" | "request" | "runAt" | "expiresAt" | "idempotencyKey"
  >
} & (
  | {
      /**
       * Minute, hour, day of the month, month and weekday, with the second before them if there are six fields; or `"@hourly"`,
       * `"@daily"`, `"@weekly"`, `"@monthly"`, `"@yearly"`.
       */
      readonly cron: string
      readonly every?: undefined
    }
  | {
      /** The time from tick to tick, counted from `startsAt` or from 1970. At least a second. */
      readonly every: Duration
      readonly cron?: undefined
    }
)

/**
 * - `"skip"`: none is caught up; one that is up to 2 minutes late, or up to `within`, hasn't been missed
 * - `"once"`: if none is less than a minute late, one job is enqueued for the last of them, unless it is older than `within`
 * - `"all"`: a job is enqueued for each of those of the last day, or of the time `within`
 */
export type CatchUp = "skip" | "once" | "all"

/**
 * - `"allow"`: its job is enqueued like any other
 * - `"skip"`: it has no job
 * - `"queue"`: its job waits until the earlier ones have finished
 * - `"cancel"`: the earlier jobs are canceled, and its job waits until they have ended
 */
export type Overlap = "allow" | "skip" | "queue" | "cancel"

/** The settings as the database takes them, once they are JSON. */
export function instantsToText<Settings extends { startsAt?: Date | string; endsAt?: Date | string }>(
  settings: Settings,
): Settings {
  const { startsAt, endsAt } = settings
  return {
    ...settings,
    ...(startsAt !== undefined && { startsAt: toIsoInstant(startsAt, ["startsAt"]) }),
    ...(endsAt !== undefined && { endsAt: toIsoInstant(endsAt, ["endsAt"]) }),
  }
}

/** What a schedule adds to the metadata of its jobs: see store_tick_jobs.sql. */
export function scheduleIn({
  schedule,
}: Readonly<Record<string, unknown>>): { readonly key: string; readonly tick: Date } | undefined {
  const { key, tick } = (schedule ?? {}) as { key?: unknown; tick?: unknown }
  return typeof key === "string" && typeof tick === "string" ? { key, tick: new Date(tick) } : undefined
}
