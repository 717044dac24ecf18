import type { Connect } from "./database.ts"
import type { AnyJobDefinition, Logger } from "./definition.ts"
import { durationMs } from "./duration.ts"
import { createDurations, type Durations } from "./durations.ts"
import { createHoldings, type Holdings } from "./holdings.ts"
import type { Execution, SettledExecution } from "./outcome.ts"
import { protocolCall } from "./protocol-call.ts"
import { type Backlog, backlogOf } from "./read.ts"
import { SCHEMA_VERSION } from "./schema.ts"
import { openSession, type Session } from "./session.ts"
import { createSuspects, type Suspects } from "./suspects.ts"
import { keepUp } from "./upkeep.ts"

/** Jobs that are taken over from a dead drainer in one statement, each under a lock. */
const LARGEST_REAP = 500

/** One database session that claims, performs and settles. Everything that changes during a drain is in here. */
export interface Drainer extends Omit<Session, "connection"> {
  readonly id: number
  readonly slot: number
  readonly backendPid: number
  readonly schema: string
  readonly log: Logger
  readonly onSettled: ((execution: SettledExecution) => void) | undefined
  readonly counts: Counts
  readonly phases: Phases
  readonly durations: Durations
  /** What nearly all executions of a job have kept to in the past; undefined where too few are known. */
  readonly usualMs: (name: string) => number | undefined
  readonly cursor: Cursor
  readonly suspects: Suspects
  readonly holdings: Holdings
  /** Outcomes that could not be written yet; their jobs are held until they are. */
  readonly unwritten: { readonly executions: Execution[]; againAtMs: number }
  /** After so long without a word its session is taken for lost, by either end. */
  readonly silenceMs: number
}

export interface Counts {
  claimed: number
  /** Claimed, never started, given back. */
  released: number
  succeeded: number
  retried: number
  discarded: number
  snoozed: number
  /** Executions of dead drainers that this one reaped. */
  interrupted: number
  /** Outcomes that could not be written, because the job was another drainer's by then. */
  lost: number
  /** Steps, cursors' positions and sleeps that were saved. */
  checkpoints: number
}

export const NO_COUNTS: Readonly<Counts> = {
  claimed: 0,
  released: 0,
  succeeded: 0,
  retried: 0,
  discarded: 0,
  snoozed: 0,
  interrupted: 0,
  lost: 0,
  checkpoints: 0,
}

/** Milliseconds that a drain spent on each of its parts; performing is the time it waited for jobs to end, or to come. */
export interface Phases {
  openMs: number
  claimMs: number
  performMs: number
  settleMs: number
  closeMs: number
}

export const NO_PHASES: Readonly<Phases> = { openMs: 0, claimMs: 0, performMs: 0, settleMs: 0, closeMs: 0 }

/** Adds the time that the work takes to a phase of the drain. */
export async function timed<Value>(
  { phases }: Pick<Drainer, "phases">,
  phase: "open" | "claim" | "perform" | "settle" | "close",
  work: Promise<Value>,
): Promise<Value> {
  const beganAtMs = performance.now()
  try {
    return await work
  } finally {
    phases[`${phase}Ms`] += performance.now() - beganAtMs
  }
}

/** Where the drainer stands in the queue. */
export interface Cursor {
  /** The last place claimed; deleted rows before it need not be passed again. Null: look from the start. */
  mark: string | null
  fromStartAtMs: number
  /** What the last look from the start that found nothing more has seen: the next one passes over it. */
  seen: string | null
  /** When a look from the start looks at all nevertheless. */
  allAgainAtMs: number
  /** Of jobs that were claimed, and of those that definitions give. */
  readonly priorities: Set<number>
  /** Whether the last claim looked from the start and found fewer than it asked for. */
  isCaughtUp: boolean
  /** Whether the last claim brought fewer than it could have, because others in their place may not run now: go on behind them. */
  isCutShort: boolean
  /** When the next scheduled job is due, by the last look from the start. */
  dueAtMs: number
  largestClaim: number
  /** The same while one row is looked for that lets each claim fail with it; 0: that row is taken without being read. */
  largestReadable: number
  /** Claims that failed one after the other, for what passes. */
  failures: number
  /** Most jobs taken over from a dead drainer at once, when to go on with it, and how often in a row it brought nothing. */
  largestReap: number
  reapAgainAtMs: number
  fruitlessReaps: number
}

/** Connects, refuses a transaction pooler, takes a slot. Undefined when every slot is taken. */
export async function openDrainer(options: {
  schema: string
  connect: Connect
  maxDrainers: number
  silenceMs: number
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
      const [backlog] = await session.insist(`select * from ${read.text}`, [])
      options.onBacklog(backlogOf(backlog))
    }
    if (!opened) {
      await session.end()
      return undefined
    }
    await keepUp(session.query, options.schema, options.log)
    session.lost.throwIfAborted()
    return {
      ...session,
      ...{ id: opened.id, slot: opened.slot, backendPid: opened.backend_pid },
      ...{ schema: options.schema, log: options.log, onSettled: options.onSettled },
      silenceMs: options.silenceMs,
      counts: { ...NO_COUNTS },
      phases: { ...NO_PHASES, openMs: performance.now() - beganAtMs },
      durations: createDurations(),
      usualMs: (name) => opened.usual_ms?.[name] ?? undefined,
      cursor: {
        ...{ seen: null, allAgainAtMs: 0, priorities: prioritiesOf(options.definitions) },
        ...{ mark: null, fromStartAtMs: 0, isCaughtUp: false, isCutShort: false },
        dueAtMs: Number.POSITIVE_INFINITY,
        ...{ largestClaim: Number.POSITIVE_INFINITY, largestReadable: Number.POSITIVE_INFINITY, failures: 0 },
        ...{ largestReap: LARGEST_REAP, reapAgainAtMs: 0, fruitlessReaps: 0 },
      },
      suspects: createSuspects(),
      holdings: createHoldings(),
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

function prioritiesOf(definitions: ReadonlyMap<string, AnyJobDefinition>): Set<number> {
  return new Set([...definitions.values()].map(({ priority = 0 }) => priority).slice(0, 50))
}

/**
 * Gives back the slot and every lock, then looks once more: whether work is due that nobody performs, and when some will be.
 *
 * @param soonMs Of a drain that had nothing left to do, and would have waited for what is due within this time.
 */
export async function closeDrainer(drainer: Drainer, names: readonly string[], soonMs: number | undefined) {
  const { text, values } = protocolCall(drainer.schema, "close_drainer", {
    p_drainer: drainer.id,
    p_backend: drainer.backendPid,
    p_names: names,
    p_held: drainer.holdings.ids(),
    p_durations: drainer.durations.toJson(),
  })
  const [closed] = await timed(drainer, "close", drainer.insist(`select * from ${text}`, values))
  const dueWork: boolean = closed.due
  const nextDueInMs: number | undefined = closed.next_due_in_ms ?? undefined
  const isSoon = nextDueInMs !== undefined && soonMs !== undefined && nextDueInMs < soonMs
  return { dueWork, lateWork: soonMs !== undefined && (dueWork || isSoon), nextDueInMs }
}
