import type { Duration } from "../checks/duration.ts"
import type { JobState } from "../job/job-options.ts"
import type { CatchUp, Overlap } from "../job/schedule-settings.ts"

/** A schedule as `getSchedule` returns it. */
export interface ScheduleSnapshot {
  readonly key: string
  /** The name of its jobs. */
  readonly name: string
  readonly cron: string | null
  readonly every: Duration | null
  readonly timeZone: string
  readonly payload: unknown
  /** The options of each enqueue. */
  readonly options: Readonly<Record<string, unknown>>
  readonly jitter: Duration
  readonly startsAt: Date | null
  readonly endsAt: Date | null
  readonly catchUp: { readonly policy: CatchUp; readonly within: Duration | null }
  readonly overlap: Overlap
  readonly enabled: boolean
  /** False for one that is defined in code, which can't be changed or deleted otherwise. */
  readonly dynamic: boolean
  readonly paused: boolean
  /** When the pause ends by itself; null: when it is resumed, or it is not paused. */
  readonly pausedUntil: Date | null
  /** The next five ticks. Fewer if it ends before; none while it is disabled, or paused until it is resumed. */
  readonly next: readonly Date[]
  /** Its last ten ticks, the newest first; one in `listSchedules`. */
  readonly runs: readonly ScheduleRun[]
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** What became of a tick. */
export interface ScheduleRun {
  readonly tick: Date
  /**
   * - `"enqueued"`, or `"deduplicated"`: another job has its unique key
   * - `"skipped"`: the job of an earlier tick had not finished
   * - `"missed"`: nobody drained, and it was too late; this goes for the ticks before it, too
   * - `"failed"`: its job was refused, for the reason in `error`
   */
  readonly outcome: "enqueued" | "deduplicated" | "skipped" | "missed" | "failed"
  readonly jobId: string | null
  /** Null without a job, and when its history has been dropped. */
  readonly jobState: JobState | null
  readonly error: string | null
  /** Whether somebody ran the schedule, at a time that is no tick of it. */
  readonly requested: boolean
}
