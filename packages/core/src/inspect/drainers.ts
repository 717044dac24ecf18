import { checkOptions } from "../checks/field.ts"
import { isText, refuse } from "../checks/validate.ts"
import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { readJson } from "../database/read-json.ts"
import type { EndReason, Invocation } from "../job/invocation.ts"
import { dateOf } from "./date-of.ts"
import { drainerId, LIST_DRAINERS } from "./fields.ts"

/** A drainer: an invocation, or a session of a worker. */
export interface DrainerSnapshot {
  readonly id: number
  /** Identifies it to people: on Lambda, the request id. */
  readonly label: string
  /**
   * - `"working"`: it lives
   * - `"lingering"`: it lives, holds no jobs, and waits for some
   * - `"closed"`: it has ended as it should
   * - `"died"`: its session went without an end. What it held is given to others
   */
  readonly state: "working" | "lingering" | "closed" | "died"
  /** Which of the slots of its pool it has, from 1. */
  readonly slot: number
  /** How many slots its pool has: its `maxDrainers`. */
  readonly slots: number | null
  /** Only jobs of these queues. Null: those of all queues, but for `except`. */
  readonly queues: readonly string[] | null
  /** Jobs of all queues but these. Null: it serves all, or only `queues`. */
  readonly except: readonly string[] | null
  /** Only jobs of these names. Null: of all that it knows. */
  readonly onlyNames: readonly string[] | null
  /** The names of the jobs that it performs. Null: any. */
  readonly names: readonly string[] | null
  /** The process of its session in Postgres, as in `pg_stat_activity`. */
  readonly backendPid: number
  /** How many jobs it holds: they run, or are claimed and start next. */
  readonly held: number
  /** How many jobs it had when it died. Null: it hasn't, or that isn't known yet. */
  readonly inFlight: number | null
  /** The time that it had when it began. Null: no deadline. */
  readonly budgetMs: number | null
  /** Where it runs, as its host tells. Null: it doesn't. */
  readonly invocation: Invocation | null
  /** Of how many executions it has written the outcome. Null: it hasn't ended, or has died. */
  readonly settled: number | null
  /**
   * - `"out_of_work"`: nothing was left for it, or others perform what is left, and it would not make them faster
   * - `"deadline"`: its time was up
   * - `"stopped"`: its host has stopped it
   * - `"failed"`: it ended with an error
   *
   * Null: it hasn't ended, or has died.
   */
  readonly endReason: EndReason | null
  readonly startedAt: Date
  /** Null also for one that died and hasn't been found yet. */
  readonly endedAt: Date | null
}

/** A drainer with the jobs that it holds, up to 100. */
export interface DrainerDetails extends DrainerSnapshot {
  readonly jobs: readonly { readonly id: string; readonly name: string; readonly queue: string }[]
}

export interface ListDrainersOptions {
  /** Those that have not ended, the default, or those that have. */
  readonly state?: "alive" | "ended"
  /** How many at most: up to 1,000. Default 100. */
  readonly limit?: number
  /** `next` of the list that this one continues. */
  readonly after?: string
}

export interface DrainerList {
  readonly drainers: readonly DrainerSnapshot[]
  /** Set if more may follow: pass it as `after`. */
  readonly next?: string
}

const LAST_ID = 2_147_483_647

export async function listDrainers(
  database: Queryable,
  schema: string,
  options: ListDrainersOptions = {},
): Promise<DrainerList> {
  checkOptions(LIST_DRAINERS, options)
  const { state = "alive", limit = 100, after } = options
  const [before, id] = after === undefined ? [] : placeOf(after)
  const call = protocolCall(schema, "list_drainers", {
    p_ended: state === "ended",
    p_before: before,
    p_id: id,
    p_limit: limit,
  })
  const { drainers, next } = await readJson(database, call)
  return { drainers: drainers.map(withDates), ...(next !== null && { next }) }
}

export async function readDrainer(
  database: Queryable,
  schema: string,
  id: number,
): Promise<DrainerDetails | undefined> {
  drainerId.assert(id, ["drainer"])
  const drainer = await readJson(database, protocolCall(schema, "get_drainer", { p_id: id }))
  return drainer === null ? undefined : withDates(drainer)
}

/** An end in microseconds, and an id. */
function placeOf(after: string): string[] {
  const [, before, id] = (isText(after, 40) && /^(\d{1,17})-(\d{1,10})$/.exec(after)) || []
  if (before === undefined || id === undefined || Number(id) > LAST_ID)
    return refuse("invalid_option", after, ["after"], "the last `next`")
  return [before, id]
}

function withDates<Drainer>(drainer: Drainer & { startedAt: string; endedAt: string | null }): Drainer {
  return { ...drainer, startedAt: new Date(drainer.startedAt), endedAt: dateOf(drainer.endedAt) }
}
