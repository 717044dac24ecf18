-- Moves waiting jobs into the history as canceled, and so gives back their unique keys and their places. The caller has their
-- locks, and nobody has them in flight. A row that another transaction moves is left. A ready job that is gone can no longer
-- unblock those behind its concurrency key, so they are unblocked now. Nor does one of a key whose jobs run in order, in whatever state.
--   p_reason  why; null: somebody asked for it
--   returns   the ids that were moved
create or replace function finish_canceled(p_ids bigint[], p_reason text default null) returns bigint[]
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_keys text[] := keys_of(array(select j.id from jobs j where j.id = any (p_ids) and (j.state in ('ready', 'suspect') or j.holds_key is not null)));
  v_lines text[] := lines_of(p_ids);
  v_free bigint[] := array(
    select w.id from unnest(p_ids) given (id), lateral (
      select j.id from jobs j where j.id = given.id limit 1 for update skip locked) w);
  v_canceled bigint[];
  v_ends batch_end[];
  v_parents parent_end[];
begin
  if exists (select from definitions d where not d.keeps_payload) then
    perform forget_for_good(array(
      select j.id from unnest(v_free) free (id), lateral (select j.id, j.name from jobs j where j.id = free.id limit 1) j
      join definitions d on d.name = j.name where not d.keeps_payload));
  end if;
  with gone as (
    delete from jobs j where j.id = any (v_free) returning j.*
  ), kept as (
    insert into finished (id, state, reason, name, queue, priority, payload, payload_day, attempts, max_attempts, enqueued_at, run_at,
                          unique_key, concurrency_key, further_keys, fair_key, batch_id, callback_of, tags, metadata)
    select g.id, 'canceled', p_reason, g.name, g.queue, g.priority, g.payload, g.payload_day, g.attempts, g.max_attempts, g.enqueued_at, g.run_at,
           g.unique_key, g.concurrency_key, g.further_keys, g.fair_key, g.batch_id, g.callback_of, g.tags, g.metadata
    from gone g
  )
  select coalesce(array_agg(g.id), '{}'), array_agg((g.batch_id, 'canceled', g.id, null)::batch_end) filter (where g.batch_id is not null),
         array_agg((g.id, 'canceled')::parent_end) filter (where g.features & 64 <> 0)
  into v_canceled, v_ends, v_parents from gone g;

  delete from cancellations c where c.job_id = any (v_canceled);
  perform forget_progress_of(v_canceled);
  delete from further_keys f where f.job_id = any (v_canceled);
  perform forget_waits_of(v_canceled);
  perform tell_waiters(v_canceled);
  perform count_ends(v_ends);
  perform end_parents(v_parents);
  if v_lines <> '{}' then
    perform lock_free_keys(v_lines); -- a claim that still sees the job may be putting the next one behind it
  end if;
  perform unblock_jobs(v_keys);
  return v_canceled;
end
$$;
