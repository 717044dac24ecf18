import { durationMs } from "../checks/duration.ts"
import type { Connect } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { SCHEMA_VERSION } from "../database/schema.ts"
import { type Backlog, backlogOf } from "../inspect/backlog.ts"
import type { AnyJobDefinition } from "../job/define-job.ts"
import type { Execution, SettledExecution } from "../job/outcome.ts"
import type { Logger } from "../logger.ts"
import { createDurations, type Durations } from "./durations.ts"
import { createHeldJobs, type HeldJobs } from "./held-jobs.ts"
import { runMaintenance } from "./maintenance.ts"
import { openSession, type Session } from "./session.ts"
import { EMPTY_PHASES, EMPTY_TALLY, type Phases, type Tally, timed } from "./tally.ts"

/** One database session that claims, performs and settles. Everything that changes during a drain is in here. */
export interface Drainer extends Omit<Session, "connection"> {
  readonly id: number
  readonly slot: number
  readonly backendPid: number
  readonly schema: string
  readonly log: Logger
  readonly onSettled: ((execution: SettledExecution) => void) | undefined
  readonly tally: Tally
  readonly phases: Phases
  readonly durations: Durations
  /** What nearly all executions of a job have kept to in the past; undefined where too few are known. */
  readonly usualMs: (name: string) => number | undefined
  readonly held: HeldJobs
  /** Outcomes that could not be written yet; their jobs are held until they are. */
  readonly unwritten: { readonly executions: Execution[]; againAtMs: number }
  /** After so long without a word its session is taken for lost, by either end. */
  readonly sessionTimeoutMs: number
}

/** Connects, refuses a transaction pooler, takes a slot. Undefined when every slot is taken. */
export async function openDrainer(options: {
  schema: string
  connect: Connect
  maxDrainers: number
  sessionTimeoutMs: number
  untilGiveUpMs: () => number
  stop?: AbortSignal | undefined
  label: string
  log: Logger
  definitions: ReadonlyMap<string, AnyJobDefinition>
  remainingMs?: (() => number) | undefined
  onSettled: ((execution: SettledExecution) => void) | undefined
  onBacklog?: ((backlog: Backlog) => void) | undefined
}): Promise<Drainer | undefined> {
  const beganAtMs = performance.now()
  const session = await openSession(options)
  try {
    const open = protocolCall(options.schema, "open_drainer", {
      p_schema_version: SCHEMA_VERSION,
      p_max_drainers: options.maxDrainers,
      p_label: options.label,
      p_budget_ms: options.remainingMs && Math.round(options.remainingMs()),
      p_definitions: described(options.definitions),
    })
    const [opened] = await session.query(`select * from ${open.text}`, open.values)
    // also where there is no slot: somebody should know how much waits while others are busy
    if (options.onBacklog) {
      const read = protocolCall(options.schema, "backlog", {})
      const [backlog] = await session.queryWithRetry(`select * from ${read.text}`, read.values)
      options.onBacklog(backlogOf(backlog))
    }
    if (!opened) {
      await session.end()
      return undefined
    }
    await runMaintenance(session.query, options.schema, options.log)
    session.lost.throwIfAborted()
    return {
      ...session,
      ...{ id: opened.id, slot: opened.slot, backendPid: opened.backend_pid },
      ...{ schema: options.schema, log: options.log, onSettled: options.onSettled },
      sessionTimeoutMs: options.sessionTimeoutMs,
      tally: { ...EMPTY_TALLY },
      phases: { ...EMPTY_PHASES, openMs: performance.now() - beganAtMs },
      durations: createDurations(),
      usualMs: (name) => opened.usual_ms?.[name] ?? undefined,
      held: createHeldJobs(),
      unwritten: { executions: [], againAtMs: 0 },
    }
  } catch (error) {
    await session.end()
    throw error
  }
}

/** Argument of the SQL function `open_drainer`. */
function described(definitions: ReadonlyMap<string, AnyJobDefinition>): string {
  const rows = [...definitions.values()].map(({ name, timeout }) => ({
    name,
    ...(timeout !== undefined && { timeout_ms: durationMs(timeout) }),
  }))
  return JSON.stringify(rows)
}

/** The work that a drain left, seen in a last look after its slot was free. */
export interface Leftover {
  /** Whether work is due that no drainer performs. */
  readonly dueWork: boolean
  /** Whether that work came after the drain had nothing left to do: another drain finds it at once. */
  readonly lateWork: boolean
  /** Milliseconds until the next delayed job or retry is due; undefined when none waits, or nothing was done. */
  readonly nextDueInMs: number | undefined
}

/**
 * Gives back the slot and every lock, then looks once more: whether work is due that nobody performs, and when some will be.
 *
 * @param soonMs Of a drain that had nothing left to do, and would have waited for what is due within this time.
 */
export async function closeDrainer(
  drainer: Drainer,
  names: readonly string[],
  soonMs: number | undefined,
): Promise<Leftover> {
  const { text, values } = protocolCall(drainer.schema, "close_drainer", {
    p_drainer: drainer.id,
    p_backend: drainer.backendPid,
    p_names: names,
    p_held: drainer.held.ids(),
    p_durations: drainer.durations.toJson(),
  })
  const [closed] = await timed(drainer, "close", drainer.queryWithRetry(`select * from ${text}`, values))
  const dueWork: boolean = closed.due
  const nextDueInMs: number | undefined = closed.next_due_in_ms ?? undefined
  const isSoon = nextDueInMs !== undefined && soonMs !== undefined && nextDueInMs < soonMs
  return { dueWork, lateWork: soonMs !== undefined && (dueWork || isSoon), nextDueInMs }
}
