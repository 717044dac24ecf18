import { checkOptions } from "../checks/field.ts"
import type { Queryable } from "../database/connection.ts"
import { protocolCall } from "../database/protocol-call.ts"
import { readJson } from "../database/read-json.ts"
import { dateOf } from "../inspect/date-of.ts"
import { LIST_ACTIONS } from "./fields.ts"
import type { Principal } from "./principal.ts"
import type { RecordedVerb } from "./recorded-verbs.ts"

/** On which way somebody acts. */
export type Via = "api" | "dashboard" | "cli" | "library"

/** An entry of the audit log. */
export interface RecordedAction {
  readonly id: string
  readonly at: Date
  readonly actor: { readonly id: string; readonly name: string }
  readonly via: Via
  /** The verb, as the method is named: `retryJobs`. */
  readonly action: string
  /** What it is about: a filter, an id, a name. Never payloads and values. */
  readonly target: Readonly<Record<string, unknown>>
  /** Null: it is under way, or its process ended in the middle of it. */
  readonly outcome: "done" | "failed" | null
  readonly endedAt: Date | null
  /** How many jobs a filter matched, over all calls that continue each other. Null: it isn't about a set of jobs. */
  readonly matched: number | null
  readonly changed: number | null
  /** What else it returned, such as an id, or `next` if a call may continue it; of one that failed the `code` and the `message` of its error. */
  readonly detail: Readonly<Record<string, unknown>> | null
}

/** A page of the audit log, the latest first. */
export interface ActionList {
  readonly actions: readonly RecordedAction[]
  /** Set if there may be more: pass it as `after`. */
  readonly next?: string
}

export interface ListActionsOptions {
  /** Only those of this actor: `key:12`. */
  readonly actor?: string
  /** Only those with this verb: `retryJobs`. */
  readonly action?: RecordedVerb
  readonly via?: Via
  /** Most entries to return, up to 1,000. Default 100. */
  readonly limit?: number
  /** `next` of the page before. */
  readonly after?: string
}

/** What an action came to. */
export interface ActionResult {
  readonly matched?: number
  readonly changed?: number
  readonly detail?: Readonly<Record<string, unknown>>
}

/** An action that is about to begin. */
export interface Intent {
  readonly principal: Principal
  readonly via: Via
  readonly action: string
  readonly target: object
  /** Of a call that continues another: `next` of that one. Both are one entry. */
  readonly after: string | undefined
}

/** Records that somebody is about to act, and returns the id of the entry. */
export async function beginAction(
  database: Queryable,
  schema: string,
  { principal, via, action, target, after }: Intent,
): Promise<string> {
  const { text, values } = protocolCall(schema, "begin_action", {
    p_actor_id: principal.id,
    p_actor_name: principal.name,
    p_via: via,
    p_action: action,
    p_target: JSON.stringify(target),
    p_after: after ?? null,
  })
  const { rows } = await database.query(`select ${text}::pg_catalog.text as id`, values)
  return rows[0].id
}

export async function endAction(
  database: Queryable,
  schema: string,
  id: string,
  outcome: "done" | "failed",
  { matched, changed, detail }: ActionResult,
): Promise<void> {
  const { text, values } = protocolCall(schema, "end_action", {
    p_id: id,
    p_outcome: outcome,
    p_matched: matched ?? null,
    p_changed: changed ?? null,
    p_detail: detail === undefined ? null : JSON.stringify(detail),
  })
  await database.query(`select ${text}`, values)
}

export async function listActions(
  database: Queryable,
  schema: string,
  options: ListActionsOptions = {},
): Promise<ActionList> {
  checkOptions(LIST_ACTIONS, options)
  const { actor, action, via, limit = 100, after } = options
  const call = protocolCall(schema, "list_actions", {
    p_before: after ?? null,
    p_limit: limit,
    p_actor: actor ?? null,
    p_action: action ?? null,
    p_via: via ?? null,
  })
  const found: ActionJson[] = await readJson(database, call)
  const actions = found.map((json) => ({ ...json, at: new Date(json.at), endedAt: dateOf(json.endedAt) }))
  return { actions, ...(actions.length === limit && { next: actions.at(-1)?.id as string }) }
}

type ActionJson = Omit<RecordedAction, "at" | "endedAt"> & { at: string; endedAt: string | null }
