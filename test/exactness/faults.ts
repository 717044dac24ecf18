import type { Edit } from "../protocol/guards.ts"
import type { TestDatabase } from "../support/database.ts"
import { read } from "../support/sources.ts"

/** A guarantee taken away, by edits of SQL functions. */
export interface Fault {
  readonly name: string
  readonly edits: readonly Edit[]
}

const SQL = "migrations/functions"

/** Each must be found by a run. Where two must meet for it, the first takes its time. */
export const FAULTS: readonly Fault[] = [
  {
    name: "a tick is enqueued before its schedule has moved on, and its key isn't observed",
    edits: [
      {
        file: `${SQL}/enqueue_due.sql`,
        from: "from due d where s.key = d.key\n",
        to: "from due d where s.key = d.key and random() < 0.9\n",
      },
      {
        file: `${SQL}/enqueue_due.sql`,
        from: "    on conflict do nothing\n",
        to: "    on conflict (schedule_key, tick) do update set outcome = excluded.outcome\n",
      },
    ],
  },
  {
    name: "a batch's counts are added up by the settle, which doesn't see the others",
    edits: [
      {
        file: `${SQL}/count_ends.sql`,
        from: "from unnest(p_ends) e group by e.batch_id;\n",
        to: `from unnest(p_ends) e group by e.batch_id;
  perform pg_sleep(0.01);
  perform add_counts(array(select b.id from batches b where b.id in (select e.batch_id from unnest(p_ends) e) for update skip locked));
  perform advance_batch(e.batch_id) from (select distinct e.batch_id from unnest(p_ends) e) e;\n`,
      },
      { file: `${SQL}/tick.sql`, from: "perform fold_batches();", to: "perform now();" },
      { file: `${SQL}/protocol/close_drainer.sql`, from: "perform fold_batches();", to: "perform now();" },
    ],
  },
  {
    name: "callbacks are enqueued two seconds after the transaction that finishes their batch",
    edits: [
      {
        file: `${SQL}/store_callback.sql`,
        from: "  perform set_config('synchronous_commit', 'on', true);\n",
        to: `  if current_setting('exactness.enqueues', true) is distinct from 'yes' then
    create temporary table if not exists callbacks_due (batch_id bigint, event text, at timestamptz default now());
    execute 'insert into callbacks_due (batch_id, event) values ($1, $2)' using p_batch.id, p_event;
    return;
  end if;\n`,
      },
      {
        file: `${SQL}/tick.sql`,
        from: "  if v_rare.is_due or v_rare.for_tick then",
        to: `  if to_regclass('pg_temp.callbacks_due') is not null then
    perform set_config('exactness.enqueues', 'yes', true);
    execute 'select store_callback(b, c.event) from callbacks_due c join batches b on b.id = c.batch_id where c.at < now() - interval ''2 seconds''';
    perform set_config('exactness.enqueues', 'no', true);
    execute 'delete from callbacks_due where at < now() - interval ''2 seconds''';
  end if;
  if v_rare.is_due or v_rare.for_tick then`,
      },
    ],
  },
  {
    name: "a job that is put back isn't told that its token was completed meanwhile",
    edits: [
      {
        file: `${SQL}/after_settle.sql`,
        from: "    perform resume_completed(p_rescheduled);\n",
        to: "    null;\n",
      },
    ],
  },
  {
    name: "a job of a workflow is due after the first of its parents",
    edits: [
      {
        file: `${SQL}/verdicts_of.sql`,
        from: "bool_or(d.outcome is null and p.is_there is true) as is_pending",
        to: "bool_and(d.outcome is null and p.is_there is true) as is_pending",
      },
    ],
  },
  {
    name: "of a job's last two parents, each sees the other one unfinished",
    edits: [
      {
        file: `${SQL}/end_parents.sql`,
        from: "  v_children := hold_dependents(v_children[:c_set]);\n",
        to: "  v_children := v_children[:c_set];\n  perform pg_sleep(0.01);\n",
      },
    ],
  },
  {
    name: "a token is completed again, and after its timeout",
    edits: [
      {
        file: `${SQL}/end_wait.sql`,
        from: "if v_state is distinct from 'open' then",
        to: "if v_state is null then",
      },
    ],
  },
]

/** Replaces the functions in one database; the files stay as they are. */
export async function plant({ pool }: TestDatabase, fault: Fault): Promise<void> {
  const statements = edited(fault).join(";\n")
  await pool.query(`begin; set local search_path to sluice, pg_temp;\n${statements};\ncommit`)
}

/** The functions with the fault. */
export function edited({ edits }: Fault): string[] {
  const texts = new Map<string, string>()
  for (const { file, from, to } of edits) {
    const text = texts.get(file) ?? read(file)
    if (text.split(from).length !== 2) throw new Error(`${file} doesn't have ${JSON.stringify(from)} once`)
    texts.set(
      file,
      text.replace(from, () => to),
    )
  }
  return [...texts.values()]
}
