-- Once a second, by one drainer: puts jobs where they belong by what is committed now. Whoever stored or moved them may not have
-- seen a pause, a resume, a freed key or a drainer that was being committed at the same time. While there is more of it, the next
-- look from the start does more. Returns whether more is to be made ready.
create or replace function repair(p_names text[], p_pool pool) returns boolean
language plpgsql volatile set search_path from current
as $$
declare
  v_last ticks;
  v_is_held boolean;
  v_is_more boolean := false;
begin
  select t.* into v_last from ticks t where is_repair_due(t.ticked_at) for update skip locked;
  if not found then
    return false;
  end if;
  if exists (select from definitions d where d.name = any (p_names) and d.seen_at < now() - interval '5 minutes') then
    perform note_names(p_names);
  end if;
  if exists (select from pooled_queues) then
    perform note_queues(p_pool);
  end if;
  v_is_held := hold_ahead(p_names);
  if (select r.for_repair from rare_work() r) then
    perform end_pauses();
    select s.last, s.more into v_last.last_queue, v_is_more from resume_strays(v_last.last_queue) s;
    v_last.last_key := unblock_forgotten(v_last.last_key);
    v_last.last_line := let_forgotten(v_last.last_line);
    v_last.last_rate := unthrottle_forgotten(v_last.last_rate, p_names);
  end if;
  update ticks t set ticked_at = case when v_is_held or v_is_more then '-infinity' else clock_timestamp() end,
                     last_queue = v_last.last_queue, last_key = v_last.last_key, last_line = v_last.last_line, last_rate = v_last.last_rate;
  return v_is_more;
end
$$;
