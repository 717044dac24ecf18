import type { UpdateScheduleCommandInput } from "@aws-sdk/client-scheduler"
import { InvalidInputError, type Logger, type SetWakeUp } from "@sluice/core"
import { assertKnownKeys, refuse } from "@sluice/core/checks"

export interface IdleOptions {
  /** The EventBridge Scheduler schedule of the wake-up, as `"group/name"`. Created when it is missing. */
  readonly schedule: string
  /** ARN of the role that EventBridge Scheduler assumes to invoke the function. */
  readonly roleArn: string
}

/** Sets the wake-up on behalf of one invocation. */
export interface WakeUps {
  /** For `drain`. */
  readonly setWakeUp: SetWakeUp
  /** Whether this invocation was told to set it, which only the last drainer at work is. */
  isLast(): boolean
  /** For a drain that left work behind or failed: sets the wake-up to a minute from now. */
  retrySoon(): Promise<void>
  /** Resolves when the invocation's own fallback is set; to be awaited before the invocation ends. */
  readonly fallback: Promise<void>
}

/** The fallback while an invocation runs: one that dies is replaced as soon as with a schedule of one minute. */
const SOON_MS = 60_000
/** The furthest wake-up. When work is due later, the invocation at that time sets the next one. */
const FURTHEST_MS = 365 * 86_400_000
/** Short, because a drainer that sets the wake-up delays those that end at the same time. */
const LIMITS = { maxAttempts: 2, requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000 } }

/** Idle mode: every invocation first schedules its own fallback, and the last drainer sets the wake-up to the next due time. */
export function createIdleMode(options: IdleOptions): (functionArn: string, log: Logger) => WakeUps {
  assertKnownKeys(options, ["schedule", "roleArn"], ["createIdleMode"])
  for (const key of ["schedule", "roleArn"] as const)
    if (typeof options[key] !== "string")
      refuse("invalid_option", options[key], ["createIdleMode", key], "text")
  const scheduler = openScheduler()

  return (functionArn, log) => {
    const set: SetWakeUp = async (at) => (await scheduler)(scheduleOf(options, functionArn, at))
    const soon = () =>
      set(inMs(SOON_MS)).catch((error) =>
        log.warn("Could not set the wake-up; the schedule will invoke the function", {
          error: String(error),
        }),
      )
    const fallback = soon()
    let isLast = false
    return {
      async setWakeUp(dueAt) {
        await fallback // it could arrive after this one and replace it
        isLast = true
        await set(dueAt)
      },
      async retrySoon() {
        await fallback
        await soon()
      },
      isLast: () => isLast,
      fallback,
    }
  }
}

/** Loads the SDK's client in idle mode only, to keep it out of other cold starts. */
async function openScheduler() {
  const { CreateScheduleCommand, ResourceNotFoundException, SchedulerClient, UpdateScheduleCommand } =
    await import("@aws-sdk/client-scheduler")
  const client = new SchedulerClient(LIMITS)
  return async (schedule: UpdateScheduleCommandInput): Promise<void> => {
    try {
      await client.send(new UpdateScheduleCommand(schedule))
    } catch (error) {
      if (!(error instanceof ResourceNotFoundException)) throw error
      await client.send(new CreateScheduleCommand(schedule))
    }
  }
}

/** The schedule is kept after it fires, and disabled when nothing is due, so that it can always be updated. */
function scheduleOf(
  { schedule, roleArn }: IdleOptions,
  functionArn: string,
  at: Date | undefined,
): UpdateScheduleCommandInput {
  const [groupName, name] = groupAndName(schedule)
  return {
    GroupName: groupName,
    Name: name,
    ScheduleExpression: `at(${wholeSecond(at ?? inMs(SOON_MS))})`,
    State: at ? "ENABLED" : "DISABLED",
    ActionAfterCompletion: "NONE",
    FlexibleTimeWindow: { Mode: "OFF" },
    Target: { Arn: functionArn, RoleArn: roleArn, Input: JSON.stringify({ source: "sluice.wake-up" }) },
  }
}

/** Checked here and not at creation: the variable that it comes from is often not set where an app is built. */
function groupAndName(schedule: string): string[] {
  const parts = (schedule ?? "").split("/")
  if (parts.length === 2 && !parts.includes("")) return parts
  throw new InvalidInputError(
    "invalid_option",
    `idle.schedule is ${JSON.stringify(schedule)}: give "group/name" of an EventBridge Scheduler schedule`,
    { path: ["idle", "schedule"] },
  )
}

/** Rounded up, so that the drainer doesn't come before the job is due, and never in the past. */
function wholeSecond(at: Date): string {
  const atMs = Math.min(Math.max(at.getTime(), Date.now() + 1), Date.now() + FURTHEST_MS)
  return new Date(Math.ceil(atMs / 1_000) * 1_000).toISOString().slice(0, 19)
}

function inMs(ms: number): Date {
  return new Date(Date.now() + ms)
}
