import type { UpdateScheduleCommandInput } from "@aws-sdk/client-scheduler"
import type { Logger, SetWakeUp } from "@sluice/core"

export interface IdleOptions {
  /** The schedule of EventBridge Scheduler that wakes the drain function, as `"group/name"`. Made when it is missing. */
  readonly schedule: string
  /** ARN of the role that EventBridge Scheduler takes to invoke the function. */
  readonly roleArn: string
}

/** The wake-ups of one invocation. */
export interface WakeUps {
  /** For `drain`. */
  readonly setWakeUp: SetWakeUp
  /** Where the drain left work behind or failed: sets the wake-up for a minute from now. */
  retrySoon(): Promise<void>
  /** To be awaited before the invocation ends. */
  readonly armed: Promise<void>
}

/** While anybody is awake a wake-up is never further away: an invocation that dies is missed as soon as by a schedule of a minute. */
const SOON_MS = 60_000
/** What is due later is come back for; that invocation sets the rest. */
const FURTHEST_MS = 365 * 86_400_000
/** A drainer that sets the wake-up holds up those that end at the same time. */
const LIMITS = { maxAttempts: 2, requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000 } }

/** Idle mode: an invocation that begins is sure to be followed by another, until the last one awake sets when. */
export function createIdleMode(options: IdleOptions): (functionArn: string, log: Logger) => WakeUps {
  const scheduler = openScheduler()

  return (functionArn, log) => {
    const set: SetWakeUp = async (at) => (await scheduler)(scheduleOf(options, functionArn, at))
    const soon = () =>
      set(inMs(SOON_MS)).catch((error) =>
        log.warn("The wake-up could not be set; the schedule will come", { error: String(error) }),
      )
    const armed = soon()
    return {
      async setWakeUp(dueAt) {
        await armed // or it could come in after this one, and replace it
        await set(dueAt)
      },
      async retrySoon() {
        await armed
        await soon()
      },
      armed,
    }
  }
}

/** Loaded by those who are in idle mode: others need not wait for it at their cold start. */
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

/** It is kept when it has gone off, and disabled when there is nothing to wake up for, so that it can always be updated. */
function scheduleOf(
  { schedule, roleArn }: IdleOptions,
  functionArn: string,
  at: Date | undefined,
): UpdateScheduleCommandInput {
  const [GroupName, Name] = schedule.split("/")
  return {
    ...{ GroupName, Name },
    ScheduleExpression: `at(${wholeSecond(at ?? inMs(SOON_MS))})`,
    State: at ? "ENABLED" : "DISABLED",
    ActionAfterCompletion: "NONE",
    FlexibleTimeWindow: { Mode: "OFF" },
    Target: { Arn: functionArn, RoleArn: roleArn, Input: JSON.stringify({ source: "sluice.wake-up" }) },
  }
}

/** Not before the job is due, when the drainer would find nothing; and not in the past. */
function wholeSecond(at: Date): string {
  const atMs = Math.min(Math.max(at.getTime(), Date.now() + 1), Date.now() + FURTHEST_MS)
  return new Date(Math.ceil(atMs / 1_000) * 1_000).toISOString().slice(0, 19)
}

function inMs(ms: number): Date {
  return new Date(Date.now() + ms)
}
