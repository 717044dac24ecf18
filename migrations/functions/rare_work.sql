-- What is rarely there, asked in one statement: a session plans each statement anew, and an idle drain would plan one for each of
-- these. Each is asked again, and more exactly, by the function that does something about it.
--   for_tick       for those that tick calls first
--   for_repair     for those that repair calls
--   for_last_look  for what is_work_due looks at, apart from what can be claimed at once
create or replace function rare_work(out for_tick boolean, out for_repair boolean, out for_last_look boolean)
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set jit = off
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
         exists (select from jobs j where j.state = 'unkeyed')
  into v_is_scheduled, v_is_unknown, v_is_rated, for_tick, for_repair, for_last_look;
  for_tick := for_tick or v_is_scheduled or v_is_unknown or v_is_rated;
  for_repair := for_repair or v_is_rated;
  for_last_look := for_last_look or v_is_scheduled or v_is_unknown or v_is_rated;
end
$$;
