import { protocolCall } from "../database/protocol-call.ts"
import type { Drainer } from "../session/drainer.ts"

/** Has a drain begin at this moment, instead of when it was set to before; undefined: not at all. */
export type SetWakeUp = (dueAt: Date | undefined) => Promise<void>

/**
 * The last act of the last drainer awake: sets the wake-up for the next moment at which a job is due. Of drainers that
 * end at once, one at a time; a wake-up that can't be set is left to the schedule.
 */
export async function leaveWakeUp(
  { queryWithRetry, schema, backendPid, log }: Drainer,
  { dueWork }: { dueWork: boolean },
  { names, setWakeUp }: { names: readonly string[]; setWakeUp: SetWakeUp | undefined },
): Promise<void> {
  if (!setWakeUp || dueWork) return
  const plan = protocolCall(schema, "plan_wake_up", { p_backend: backendPid, p_names: names })
  const [next] = await queryWithRetry(`select * from ${plan.text}`, plan.values)
  if (!next) return
  const isSet = await setWakeUp(next.due_at ?? undefined).then(
    () => true,
    (error) => log.warn("The wake-up could not be set; jobs start with the schedule instead", { error: String(error) }),
  )
  const remember = protocolCall(schema, "remember_wake_up", {
    p_set_for: isSet ? next.due_at : "-infinity",
    p_names: names,
  })
  await queryWithRetry(`select ${remember.text}`, remember.values)
}
