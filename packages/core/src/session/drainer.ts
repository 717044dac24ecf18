import type { Connect } from "../database/connection.ts"
import { type ProtocolCall, protocolCall } from "../database/protocol-call.ts"
import { SCHEMA_VERSION } from "../database/schema.ts"
import { type Backlog, backlogOf } from "../inspect/backlog.ts"
import type { AnyJobDefinition } from "../job/define-job.ts"
import type { ScheduleDefinition } from "../job/define-schedule.ts"
import { definitionsJson } from "../job/definitions-json.ts"
import type { Hooks } from "../job/hooks.ts"
import type { EndReason, Invocation } from "../job/invocation.ts"
import type { JobPolicies } from "../job/job-options.ts"
import type { Execution, SettledExecution } from "../job/outcome.ts"
import type { StoredPayloads } from "../job/payload-store.ts"
import { shortMessage } from "../job/serialize-error.ts"
import type { Logger } from "../logger.ts"
import { createMeasures, type Measures } from "../measures/measures.ts"
import { type CancelRequests, createCancelRequests } from "./cancel-requests.ts"
import { openDrainerSession } from "./drainer-session.ts"
import { createDurations, type Durations } from "./durations.ts"
import { createHeldJobs, type HeldJobs } from "./held-jobs.ts"
import type { Session } from "./session.ts"
import { createSettledHooks, type SettledHooks } from "./settled-hooks.ts"
import { EMPTY_PHASES, EMPTY_TALLY, type Phases, settledCount, type Tally, timed } from "./tally.ts"

/** One database session that claims, performs and settles. */
export interface Drainer extends Omit<Session, "connection">, DrainerState {
  readonly id: number
  readonly slot: number
  readonly backendPid: number
  /** How many locks the server has room for. */
  readonly lockRoom: number
  /** The jobs that it performs of those that it knows, as the SQL type `pool`. Null: all. */
  readonly pool: string | null
  readonly schema: string
  readonly definitions: ReadonlyMap<string, AnyJobDefinition>
  readonly log: Logger
  readonly onSettled: ((execution: SettledExecution) => void) | undefined
  /** How long nearly all executions of a job have taken at most; undefined if too few are known. */
  readonly usualMs: (name: string) => number | undefined
  /** After this long without a sign of life from the other end, each end takes the session for lost. */
  readonly sessionTimeoutMs: number
  readonly payloads: StoredPayloads | undefined
  /** Undefined if neither the Sluice nor a definition has hooks that follow an outcome. */
  readonly settledHooks: SettledHooks | undefined
}

/** Everything that changes during a drain, except for its place in the queue (`ClaimPosition`). */
export interface DrainerState {
  /** The jobs and claims that the session holds. */
  readonly held: HeldJobs
  /** Outcomes that could not be written yet; their jobs are held until they are. */
  readonly unwritten: { readonly executions: Execution[]; againAtMs: number }
  /** How many drainers live, this one among them. */
  drainers: number
  /** Whether it has one of the lanes for quick jobs, and its jobs have been quick. */
  hasLane: boolean
  readonly tally: Tally
  readonly phases: Phases
  readonly durations: Durations
  readonly measures: Measures
  readonly cancelRequests: CancelRequests
}

interface OpenOptions {
  schema: string
  connect: Connect
  maxDrainers: number
  pool: string | null
  sessionTimeoutMs: number
  untilGiveUpMs: () => number
  stop?: AbortSignal | undefined
  label: string
  invocation: Invocation | undefined
  log: Logger
  definitions: ReadonlyMap<string, AnyJobDefinition>
  schedules: readonly ScheduleDefinition[] | undefined
  defaults: JobPolicies
  payloads: StoredPayloads | undefined
  hooks: Hooks | undefined
  remainingMs?: (() => number) | undefined
  onSettled: ((execution: SettledExecution) => void) | undefined
  onBacklog?: ((backlog: Backlog) => void) | undefined
}

/** Connects, refuses a transaction pooler, and takes a slot. Returns undefined if every slot is taken. */
export async function openDrainer(options: OpenOptions): Promise<Drainer | undefined> {
  const startedAtMs = performance.now()
  const { session, rows } = await openDrainerSession(options, openingOf(options))
  try {
    const [row] = rows // none if there is no free slot
    // also without a slot: the size of the backlog matters most when all drainers are busy
    if (options.onBacklog) options.onBacklog(await readBacklog(session, options.schema))
    if (!row) {
      await session.end()
      return undefined
    }
    return {
      ...session,
      id: row.id,
      slot: row.slot,
      backendPid: row.backend_pid,
      pool: options.pool,
      schema: options.schema,
      definitions: options.definitions,
      log: options.log,
      onSettled: options.onSettled,
      usualMs: (name) => row.usual_ms?.[name] ?? undefined,
      sessionTimeoutMs: options.sessionTimeoutMs,
      payloads: options.payloads,
      settledHooks: createSettledHooks(options.hooks, options.definitions, options.log),
      held: createHeldJobs(),
      lockRoom: row.lock_room,
      drainers: row.slot, // the lowest that was free, so as many as there are drainers
      hasLane: false,
      unwritten: { executions: [], againAtMs: 0 },
      tally: { ...EMPTY_TALLY },
      phases: { ...EMPTY_PHASES, openMs: performance.now() - startedAtMs },
      durations: createDurations(),
      measures: createDrainerMeasures(session, options, startedAtMs),
      cancelRequests: createCancelRequests(),
    }
  } catch (error) {
    await session.end()
    throw error
  }
}

function openingOf(options: OpenOptions): ProtocolCall {
  return protocolCall(options.schema, "open_drainer", {
    p_schema_version: SCHEMA_VERSION,
    p_max_drainers: options.maxDrainers,
    p_label: options.label,
    p_budget_ms: options.remainingMs && Math.round(options.remainingMs()),
    p_definitions: definitionsJson(options.definitions.values(), options.defaults, options.schedules),
    p_pool: options.pool,
    p_invocation: options.invocation && JSON.stringify(options.invocation),
  })
}

function createDrainerMeasures(
  { query, lost }: Session,
  { schema, invocation, log }: OpenOptions,
  startedAtMs: number,
): Measures {
  return createMeasures({
    send(json) {
      const { text, values } = protocolCall(schema, "note_measures", { p_measures: json })
      return query(`select ${text}`, values)
    },
    startedAtMs,
    memoryMb: invocation?.memoryMb,
    onFailure(error) {
      if (!lost.aborted) log.warn("Measures could not be written", { error: shortMessage(error) })
    },
  })
}

async function readBacklog({ queryWithRetry }: Session, schema: string): Promise<Backlog> {
  const { text, values } = protocolCall(schema, "backlog", {})
  const [row] = await queryWithRetry(`select * from ${text}`, values)
  return backlogOf(row)
}

/** The work that a drain leaves, seen in a last look after its slot was released. */
export interface Leftover {
  /** Whether work is due that no drainer performs. */
  readonly dueWork: boolean
  /** Whether that work came after the drain had nothing left to do: another drain finds it at once. */
  readonly lateWork: boolean
  /** Milliseconds until the next delayed job or retry is due; undefined if none waits, or nothing was done. */
  readonly nextDueInMs: number | undefined
}

/**
 * Releases the slot and every lock, then looks once more for work. Writes what is measured beside that.
 *
 * @param soonMs For a drain that ran out of work: the time within which it would have waited for jobs to become due.
 */
export async function closeDrainer(
  drainer: Drainer,
  names: readonly string[],
  soonMs: number | undefined,
  reason: EndReason,
): Promise<Leftover> {
  const { text, values } = protocolCall(drainer.schema, "close_drainer", {
    p_drainer: drainer.id,
    p_backend: drainer.backendPid,
    p_names: names,
    p_held: drainer.held.ids(),
    p_durations: drainer.durations.toJson(),
    p_pool: drainer.pool,
    p_settled: settledCount(drainer.tally),
    p_reason: reason,
  })
  const closing = timed(drainer, "close", drainer.queryWithRetry(`select * from ${text}`, values))
  const [[closed]] = await Promise.all([closing, drainer.measures.write()])
  const dueWork: boolean = closed.due
  const nextDueInMs: number | undefined = closed.next_due_in_ms ?? undefined
  const isSoon = nextDueInMs !== undefined && soonMs !== undefined && nextDueInMs < soonMs
  return { dueWork, lateWork: soonMs !== undefined && (dueWork || isSoon), nextDueInMs }
}
