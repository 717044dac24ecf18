import { JobCanceledError } from "../errors.ts"
import { type BatchContext, outcomesOf, type PerformMany, waitMsOf } from "../job/batch.ts"
import { callOption } from "../job/call-option.ts"
import type { AnyJobDefinition } from "../job/define-job.ts"
import type { JobContext } from "../job/job-context.ts"
import type { Logger } from "../logger.ts"
import type { Place, Places } from "./places.ts"

/** Performs jobs of definitions with `performMany`, several by one call. What belongs to one execution stays with each of them. */
export interface Together {
  /** Returns what the call returned for this job, or throws its error. */
  perform(run: Run, payload: unknown, context: JobContext): Promise<unknown>
  /** From now on no job waits for others. */
  hurry(): void
}

/** What it needs to know of an execution. */
interface Run {
  readonly definition: AnyJobDefinition
  place: Place
}

interface Member {
  readonly run: Run
  readonly payload: unknown
  readonly context: JobContext
  resolve(result: unknown): void
  reject(error: unknown): void
}

/** Those that wait for others. */
interface Gathering {
  readonly members: Set<Member>
  readonly call: () => void
}

export function createTogether(log: Logger, places: Places): Together {
  const gatherings = new Map<string, Gathering>()
  let isInHurry = false

  return {
    async perform(run, payload, context) {
      context.signal.throwIfAborted()
      const { name, batch } = run.definition
      const part = batch?.by ? callOption(name, "batch.by", batch.by, payload) : ""
      const key = `${name} ${part}`
      const gathering = gatherings.get(key) ?? open(key, run.definition)
      return new Promise((resolve, reject) => {
        const member: Member = { run, payload, context, resolve, reject }
        gathering.members.add(member)
        context.signal.addEventListener("abort", () => {
          if (gathering.members.delete(member)) reject(context.signal.reason)
        })
        if (gathering.members.size === batch?.size) gathering.call()
      })
    },
    hurry() {
      isInHurry = true
      for (const { call } of gatherings.values()) call()
    },
  }

  function open(key: string, definition: AnyJobDefinition): Gathering {
    const members = new Set<Member>()
    const call = () => {
      clearTimeout(timer)
      gatherings.delete(key)
      const called = [...members]
      members.clear() // from now on they end with the call
      if (called.length === 0) return
      places.move(called.map(({ run }) => run))
      void callFor(definition, called, log)
    }
    const timer = setTimeout(call, isInHurry ? 0 : waitMsOf(definition.batch ?? {}))
    const gathering = { members, call }
    gatherings.set(key, gathering)
    return gathering
  }
}

async function callFor(
  { name, performMany }: AnyJobDefinition,
  members: readonly Member[],
  log: Logger,
): Promise<void> {
  try {
    const payloads = members.map(({ payload }) => payload)
    const returned = await (performMany as PerformMany<unknown, unknown>)(payloads, contextOf(members, log))
    const outcomes = outcomesOf(name, returned, members.length)
    members.forEach(({ resolve, reject }, place) => {
      const outcome = outcomes[place]
      if (outcome instanceof Error) reject(outcome)
      else resolve(outcome)
    })
  } catch (error) {
    for (const { reject } of members) reject(error)
  }
}

function contextOf(members: readonly Member[], log: Logger): BatchContext {
  const jobs = members.map(({ context }) => context)
  return {
    jobs,
    signal: jointSignal(jobs.map(({ signal }) => signal)),
    get deadlineAt() {
      return new Date(Math.min(...jobs.map(({ deadlineAt }) => deadlineAt.getTime())))
    },
    log,
  }
}

/** Others must not lose their work because one job was canceled. */
function jointSignal(signals: readonly AbortSignal[]): AbortSignal {
  const joint = new AbortController()
  let left = signals.length
  for (const signal of signals) {
    const onAbort = () => {
      left--
      if (left === 0 || !(signal.reason instanceof JobCanceledError)) joint.abort(signal.reason)
    }
    if (signal.aborted) onAbort()
    else signal.addEventListener("abort", onAbort)
  }
  return joint.signal
}
