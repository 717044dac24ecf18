import { withinMs } from "../checks/in-time.ts"
import { callHook } from "../job/call-hooks.ts"
import type { AnyJobDefinition } from "../job/define-job.ts"
import type { Hooks, PerformedJob } from "../job/hooks.ts"
import type { Execution } from "../job/outcome.ts"
import { performedJob } from "../job/performed-job.ts"
import type { Logger } from "../logger.ts"
import { correlate } from "../telemetry/correlation.ts"

/** The hooks of this many executions, or bytes of large jobs, may be under way. With more, nothing is claimed. */
const MOST_UNDER_WAY = 1_000
const MOST_BYTES = 8 * 1024 * 1024
/** A claim waits no longer than this, because it also shows that the drainer lives. */
const LONGEST_WAIT_MS = 500
const LONGEST_END_MS = 60_000

/** Calls the hooks that follow an outcome, beside everything else that a drain does. */
export interface SettledHooks {
  /** Calls those of an execution whose outcome is committed. */
  call(execution: Execution): void
  /** Calls `onDiscard` of a job of which no execution has begun. */
  discarded(job: PerformedJob, error: unknown, correlationId: string | undefined): void
  /** Whether there is no room for those of more jobs. */
  isFull(): boolean
  /** Waits a while for room. */
  untilRoom(): Promise<void>
  /** Waits for those under way. */
  end(mostMs: number): Promise<void>
}

type Settled = Pick<Hooks, "afterPerform" | "onError" | "onRetry" | "onDiscard">

/** Undefined if there are none: then an execution costs one comparison. */
export function createSettledHooks(
  hooks: Hooks | undefined,
  definitions: ReadonlyMap<string, AnyJobDefinition>,
  log: Logger,
): SettledHooks | undefined {
  const all = [hooks, ...Array.from(definitions.values(), (definition) => definition.hooks)]
  if (!all.some((some) => some?.afterPerform || some?.onError || some?.onRetry || some?.onDiscard))
    return undefined
  const underWay = new Set<Promise<void>>()
  let bytes = 0

  return {
    call(execution) {
      const { job } = execution
      start(
        callsOf(execution, [definitions.get(job.name)?.hooks, hooks]),
        job.bytes,
        job.carrier?.correlationId,
      )
    },
    discarded(job, error, correlationId) {
      const calls: Call[] = []
      for (const level of [definitions.get(job.name)?.hooks, hooks])
        if (level?.onDiscard) calls.push(["onDiscard", () => level.onDiscard?.(job, error)])
      start(calls, 0, correlationId)
    },
    isFull,
    async untilRoom() {
      const giveUpAtMs = performance.now() + LONGEST_WAIT_MS
      const leftMs = () => giveUpAtMs - performance.now()
      while (isFull() && leftMs() > 0) await withinMs(Promise.race(underWay), leftMs(), "One").catch(() => {})
    },
    async end(mostMs) {
      if (underWay.size === 0) return
      await withinMs(Promise.all(underWay), Math.min(mostMs, LONGEST_END_MS), "They").catch(() => {
        log.error("Hooks were still running when the drain ended", { hooks: underWay.size })
      })
    },
  }

  function start(calls: readonly Call[], jobBytes: number, correlationId: string | undefined): void {
    if (calls.length === 0) return
    bytes += jobBytes
    const calling = callInTurn(calls, correlationId, log).finally(() => {
      underWay.delete(calling)
      bytes -= jobBytes
    })
    underWay.add(calling)
  }

  function isFull(): boolean {
    return underWay.size >= MOST_UNDER_WAY || bytes > MOST_BYTES
  }
}

type Call = readonly [name: keyof Settled, call: () => unknown]

function callsOf({ job, outcome }: Execution, levels: readonly (Settled | undefined)[]): Call[] {
  const calls: Call[] = []
  const add = (name: keyof Settled, call: (hooks: Settled) => unknown) => {
    for (const hooks of levels) if (hooks?.[name]) calls.push([name, () => call(hooks)])
  }
  const told = () => performedJob(job) // most executions call no hook
  if (outcome.kind === "succeeded" || outcome.kind === "committed")
    add("afterPerform", (hooks) => hooks.afterPerform?.(told()))
  if (!("error" in outcome) || outcome.kind === "canceled") return calls
  const { error } = outcome
  add("onError", (hooks) => hooks.onError?.(told(), error))
  if (outcome.kind === "retried")
    add("onRetry", (hooks) => hooks.onRetry?.(told(), error, { waitMs: outcome.waitMs }))
  if (outcome.kind === "discarded") add("onDiscard", (hooks) => hooks.onDiscard?.(told(), error))
  return calls
}

/** What they enqueue has the correlation id of the job. */
async function callInTurn(calls: readonly Call[], correlationId: string | undefined, log: Logger) {
  for (const [name, call] of calls)
    await callHook(name, log, correlationId === undefined ? call : () => correlate(correlationId, call))
}
