import { basename } from "node:path"
import type { Connection } from "@sluice/core"
import { GUARDS } from "../protocol/guards.ts"
import type { TestDatabase } from "../support/database.ts"
import { PAUSES } from "./explorer.ts"

/** A change to the text of an SQL function; what is replaced must be in it. */
export interface Edit {
  readonly function: string
  readonly from: string
  readonly to: string
}

/** How the guard of a race of docs/protocol.md is removed, where it is in SQL functions. */
export function withoutGuard(race: string): Edit[] {
  const edits = GUARDS[race]
  if (!edits) throw new Error(`There is no race ${JSON.stringify(race)}`)
  return edits.map(({ file, from, to }) => ({ function: basename(file, ".sql"), from, to }))
}

/**
 * A look from the start tries what others hold, as all other claims do. With that left out by the rows in `claims`, some faults don't show
 * in the model's claims, which look from the start.
 */
export const TRIES_WHAT_IS_HELD: readonly Edit[] = [
  {
    function: "lock_ready",
    from: "\n        and (not p_passes_held or (j.id, j.fence) not in (select h.job_id, h.fence from held_lately() h))",
    to: "",
  },
]

const MOST_PAUSES = 40

/** Makes the functions that statements pause in: only those of sessions that are told to. */
export async function createPauses(database: TestDatabase): Promise<void> {
  await database.pool.query(`
    create function sluice.pause(p_label text) returns void language plpgsql as $$
    declare
      v_kind integer := nullif(current_setting('model.kind', true), '');
      v_place integer := nullif(current_setting('model.place', true), '');
    begin
      if v_place <= nullif(current_setting('model.places', true), '')::integer then
        perform set_config('model.place', (v_place + 1)::text, false), set_config('application_name', p_label, false);
        perform pg_advisory_lock(v_kind, v_place);
        perform pg_advisory_unlock(v_kind, v_place);
      end if;
    end
    $$;
    -- where a statement is to pause in its middle: once a value is asked for
    create function sluice.pause_before(p_label text, p_value bigint) returns bigint language plpgsql as $$
    begin
      perform sluice.pause(p_label);
      return p_value;
    end
    $$`)
}

/** Puts the first pauses of this session's statements under the controller's hand. */
export async function armPauses(
  session: Connection,
  controller: Connection,
  actor: number,
  pauses: number,
): Promise<void> {
  await controller.query("select pg_advisory_lock($1, place) from generate_series(1, $2::integer) place", [
    PAUSES + actor,
    Math.min(pauses, MOST_PAUSES),
  ])
  await session.query(
    "select set_config('model.kind', $1, false), set_config('model.place', '1', false), set_config('model.places', $2, false)",
    [String(PAUSES + actor), String(pauses)],
  )
}

/** Changes functions of this database alone. */
export async function editFunctions(database: TestDatabase, edits: readonly Edit[]): Promise<void> {
  for (const { function: name, from, to } of edits) {
    const [{ text }] = await database.rows(
      "select pg_get_functiondef(p.oid) as text from pg_proc p where p.pronamespace = 'sluice'::regnamespace and p.proname = $1",
      [name],
    )
    if (!text.includes(from)) throw new Error(`The function ${name} has no ${JSON.stringify(from)}`)
    await database.pool.query(text.replace(from, () => to))
  }
}
