import { protocolCall } from "../database/protocol-call.ts"
import { shortMessage } from "../job/serialize-error.ts"
import type { Logger } from "../logger.ts"
import type { Drainer } from "../session/drainer.ts"

/** Schedules one drain for this moment, in place of the one scheduled before. Undefined: cancels it. */
export type SetWakeUp = (dueAt: Date | undefined) => Promise<void>

/**
 * Sets the wake-up for the next moment at which a job is due, as the last act of the last drainer at work. Drainers that
 * end together do this one at a time. If the wake-up can't be set, jobs wait for the schedule.
 */
export async function leaveWakeUp(
  { queryWithRetry, schema, backendPid, pool, log }: Drainer,
  { dueWork }: { dueWork: boolean },
  { names, setWakeUp }: { names: readonly string[]; setWakeUp: SetWakeUp | undefined },
): Promise<void> {
  if (!setWakeUp || dueWork) return
  const plan = protocolCall(schema, "plan_wake_up", { p_backend: backendPid, p_names: names, p_pool: pool })
  const [next] = await queryWithRetry(`select * from ${plan.text}`, plan.values)
  if (!next) return
  const isSet = await trySetting(setWakeUp, next.due_at ?? undefined, log)
  const remember = protocolCall(schema, "remember_wake_up", {
    p_set_for: isSet ? next.due_at : "-infinity",
    p_names: names,
    p_pool: pool,
  })
  await queryWithRetry(`select ${remember.text}`, remember.values)
}

async function trySetting(setWakeUp: SetWakeUp, dueAt: Date | undefined, log: Logger): Promise<boolean> {
  try {
    await setWakeUp(dueAt)
    return true
  } catch (error) {
    const message = "The wake-up could not be set; jobs start with the schedule instead"
    log.warn(message, { error: shortMessage(error) })
    return false
  }
}
