-- What is rarely there, asked in one statement: a session plans each statement anew, and an idle drain would plan one for each of
-- these. Each is asked again, and more exactly, by the function that does something about it.
--   for_tick       for those that tick calls first
--   for_repair     for those that repair calls
--   for_last_look  for what is_work_due looks at, apart from what can be claimed at once
--   is_due         scheduled jobs are due, of those due after p_since (null: of all)
--   is_repair_due  nobody has repaired for a second
create or replace function rare_work(p_since timestamptz default null, out for_tick boolean, out for_repair boolean, out for_last_look boolean,
                                     out is_due boolean, out is_repair_due boolean)
language plpgsql volatile set search_path from current
-- one plan for all calls of a session: it takes longer to make than to run
set enable_seqscan = off set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan
as $$
declare
  v_is_scheduled boolean;
  v_is_unknown boolean;
  v_is_rated boolean;
begin
  select exists (select from schedules s where s.next_at <= now()),
         exists (select from jobs j where j.state = 'unknown'),
         exists (select from jobs j where j.rate_key is not null) or exists (select from rates r where r.next_at is not null),
         exists (select from unseen_waits) or exists (select from orphaned_batches) or exists (select from emitted_events)
           or exists (select from due_dependents) or exists (select from batch_counts)
           or exists (select from batches b where b.retry_at is not null),
         exists (select from pauses) or exists (select from jobs j where j.state = 'paused')
           or exists (select from jobs j where j.state = 'blocked') or exists (select from jobs j where j.state = 'behind'),
         exists (select from jobs j where j.state = 'unkeyed'),
         exists (select from jobs j where j.state = 'scheduled' and j.run_at > coalesce(p_since, '-infinity') and j.run_at <= now()),
         exists (select from ticks t where is_repair_due(t.ticked_at))
  into v_is_scheduled, v_is_unknown, v_is_rated, for_tick, for_repair, for_last_look, is_due, is_repair_due;
  for_tick := for_tick or v_is_scheduled or v_is_unknown or v_is_rated;
  for_repair := for_repair or v_is_rated;
  for_last_look := for_last_look or v_is_scheduled or v_is_unknown or v_is_rated;
end
$$;
