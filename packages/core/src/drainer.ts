import type { Connect, Connection } from "./database.ts"
import type { Logger } from "./definition.ts"
import { DatabaseUnavailableError, SessionLostError } from "./errors.ts"
import { createHoldings, type Holdings } from "./holdings.ts"
import { assertSessionConnection } from "./pooler.ts"
import { SCHEMA_VERSION } from "./schema.ts"
import { translateError } from "./translate.ts"

/** A statement at least this often, also when all jobs are long: well inside the silence that the server suffers. */
const BEAT_MS = 1_000

/** One database session that claims, performs and settles. Everything that changes during a drain is in here. */
export interface Drainer {
  readonly id: number
  readonly slot: number
  readonly backendPid: number
  readonly schema: string
  readonly log: Logger
  readonly counts: Counts
  readonly cursor: Cursor
  readonly holdings: Holdings
  /** Aborts when the session ends before the drain does. */
  readonly lost: AbortSignal
  /** Runs one statement on the session. Throws Sluice's errors; the driver's is their `cause`. */
  // biome-ignore lint/suspicious/noExplicitAny: rows are typed where a statement is written
  query(text: string, values: unknown[]): Promise<any[]>
  /** Whether it is time for a statement, to say that the drainer lives. */
  isSilent(): boolean
  end(): Promise<void>
}

export interface Counts {
  claimed: number
  succeeded: number
  retried: number
  discarded: number
  snoozed: number
  /** Executions of dead drainers that this one buried. */
  interrupted: number
  /** Outcomes that could not be written, because the job was another drainer's by then. */
  lost: number
}

export const NO_COUNTS: Readonly<Counts> = {
  claimed: 0,
  succeeded: 0,
  retried: 0,
  discarded: 0,
  snoozed: 0,
  interrupted: 0,
  lost: 0,
}

/** Where the drainer stands in the queue. */
export interface Cursor {
  /** The last place claimed; deleted rows before it need not be passed again. Null: look from the start. */
  mark: string | null
  fromStartAtMs: number
  /** Whether the last claim looked from the start and found fewer than it asked for. */
  isCaughtUp: boolean
  suspectsWait: boolean
  suspectsAgainAtMs: number
  largestClaim: number
}

/** Connects, refuses a transaction pooler, takes a slot. Undefined when every slot is taken. */
export async function openDrainer(options: {
  schema: string
  connect: Connect
  maxDrainers: number
  silenceMs: number
  label: string
  log: Logger
}): Promise<Drainer | undefined> {
  const session = await openSession(options.connect)
  try {
    await assertSessionConnection(session.connection, options.connect)
    const [opened] = await session.query(`select * from ${options.schema}.open_drainer($1, $2, $3, $4)`, [
      ...[SCHEMA_VERSION, options.maxDrainers, options.label, options.silenceMs],
    ])
    if (!opened) {
      await session.end()
      return undefined
    }
    await maintain(session, options)
    return {
      ...session,
      ...{ id: opened.id, slot: opened.slot, backendPid: opened.backend_pid },
      ...{ schema: options.schema, log: options.log },
      counts: { ...NO_COUNTS },
      cursor: {
        ...{ mark: null, fromStartAtMs: 0, isCaughtUp: false },
        ...{ suspectsWait: false, suspectsAgainAtMs: 0, largestClaim: Number.POSITIVE_INFINITY },
      },
      holdings: createHoldings(),
    }
  } catch (error) {
    await session.end()
    throw error
  }
}

/** Partitions that could not be prepared are no reason not to drain: the default partition takes their rows. */
async function maintain(
  session: Pick<Drainer, "query" | "lost">,
  options: { schema: string; log: Logger },
): Promise<void> {
  try {
    await session.query(`select ${options.schema}.maintain()`, [])
  } catch (error) {
    session.lost.throwIfAborted()
    options.log.warn("The history's partitions could not be prepared", { error: String(error) })
  }
}

/** Gives back the slot and every lock, then looks once more: whether work is due that nobody performs, and when some will be. */
export async function closeDrainer(drainer: Drainer, names: readonly string[]) {
  const { schema } = drainer
  const [closed] = await drainer.query(
    `select ${schema}.close_drainer($1, $2, $3, $4) as due, ${schema}.next_due_in_ms($3) as next_due_in_ms`,
    [drainer.id, drainer.backendPid, names, drainer.holdings.ids()],
  )
  return {
    dueWork: closed.due as boolean,
    nextDueInMs: (closed.next_due_in_ms ?? undefined) as number | undefined,
  }
}

async function openSession(connect: Connect) {
  const connection = await connected(connect)
  const lost = new AbortController()
  let isEnding = false
  let spokeAtMs = performance.now()
  const lose = (cause?: Error) => {
    if (isEnding || lost.signal.aborted) return
    const message = `The drainer's database session ended while it was at work${cause ? `: ${cause.message}` : ""}`
    lost.abort(new SessionLostError("session_lost", message, { cause }))
  }
  connection.on("error", lose)
  connection.on("end", () => lose())
  return {
    connection,
    lost: lost.signal,
    isSilent: () => performance.now() - spokeAtMs > BEAT_MS,
    async query(text: string, values: unknown[]) {
      spokeAtMs = performance.now()
      lost.signal.throwIfAborted()
      try {
        return (await connection.query(text, values)).rows
      } catch (error) {
        const known = translateError(error)
        if (known instanceof DatabaseUnavailableError) lose(known)
        throw lost.signal.aborted ? lost.signal.reason : known
      }
    },
    async end() {
      isEnding = true
      await connection.end().catch(() => {})
    },
  }
}

async function connected(connect: Connect): Promise<Connection> {
  try {
    return await connect()
  } catch (error) {
    throw translateError(error)
  }
}
