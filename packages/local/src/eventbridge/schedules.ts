import { HostError } from "../host-error.ts"
import type { Clock } from "./clock.ts"

/** The part of a schedule's definition that is understood here; the rest is kept and returned. */
export interface Definition {
  readonly GroupName?: string
  readonly ScheduleExpression: string
  readonly State?: "ENABLED" | "DISABLED"
  readonly ActionAfterCompletion?: "NONE" | "DELETE"
  readonly Target: { readonly Arn: string; readonly RoleArn: string; readonly Input?: string }
}

interface Schedule {
  readonly definition: Definition
  readonly createdAtMs: number
  readonly modifiedAtMs: number
  readonly cancel: () => void
}

/** One-time schedules, by `group/name`. */
export interface Schedules {
  /** Throws `ConflictException` when the schedule exists. */
  create(key: string, definition: Definition): void
  /** As `get` and `remove`, throws `ResourceNotFoundException` when there is no such schedule. */
  update(key: string, definition: Definition): void
  get(key: string): Definition & { CreationDate: number; LastModificationDate: number }
  remove(key: string): void
  /** Cancels all schedules. */
  close(): void
}

const ONE_TIME = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/

export function createSchedules(
  clock: Clock,
  fire: (key: string, definition: Definition) => void,
): Schedules {
  const schedules = new Map<string, Schedule>()
  return {
    create(key, definition) {
      if (schedules.has(key)) throw new HostError("ConflictException", 409, `Schedule ${key} already exists.`)
      put(key, definition, clock.now())
    },
    update(key, definition) {
      const old = find(key)
      put(key, definition, old.createdAtMs, old.cancel)
    },
    get(key) {
      const { definition, createdAtMs, modifiedAtMs } = find(key)
      return {
        ...definition,
        CreationDate: createdAtMs / 1_000,
        LastModificationDate: modifiedAtMs / 1_000,
      }
    },
    remove(key) {
      find(key).cancel()
      schedules.delete(key)
    },
    close() {
      for (const { cancel } of schedules.values()) cancel()
    },
  }

  function find(key: string): Schedule {
    const schedule = schedules.get(key)
    if (schedule) return schedule
    throw new HostError("ResourceNotFoundException", 404, `Schedule ${key} does not exist.`)
  }

  function put(key: string, definition: Definition, createdAtMs: number, cancelOld = () => {}): void {
    const dueAtMs = clock.now() + msUntilDue(definition)
    cancelOld()
    const isEnabled = definition.State !== "DISABLED"
    const cancel = isEnabled ? clock.at(dueAtMs, () => complete(key, definition)) : () => {}
    schedules.set(key, { definition, createdAtMs, modifiedAtMs: clock.now(), cancel })
  }

  function complete(key: string, definition: Definition): void {
    if (definition.ActionAfterCompletion === "DELETE") schedules.delete(key)
    fire(key, definition)
  }
}

/** Callers use the machine's time, from which the host's clock may have been moved. */
function msUntilDue({ ScheduleExpression: expression }: Definition): number {
  const [, instant] = ONE_TIME.exec(expression) ?? []
  const dueAtMs = Date.parse(`${instant}Z`)
  if (!Number.isNaN(dueAtMs)) return dueAtMs - Date.now()
  throw new HostError(
    "ValidationException",
    400,
    `Invalid Schedule Expression ${expression}; the local host supports one-time schedules, such as at(2030-01-31T12:00:00)`,
  )
}
