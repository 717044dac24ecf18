-- Holds ready jobs at the head of the claim's index that can't be claimed, a set at each call: each look would pass them again.
-- Jobs of paused queues are there if the pause has not come to them yet, if its caller stopped early, or if they were stored by
-- a transaction that had not seen it. Of names that are paused, or that no drainer has known for 15 minutes, a few cost nothing, and
-- stay.
-- Returns whether there may be more.
create or replace function hold_ahead(p_names text[]) returns boolean
language plpgsql volatile set search_path from current
as $$
declare
  c_head constant integer := 100;
  c_set constant integer := 500;
  v_names text[];
  v_queues text[];
  v_known text[];
  v_paused text[];
  v_waiting bigint[];
begin
  select array_agg(head.name), array_agg(head.queue) into v_names, v_queues
  from first_ready(c_head) head;
  if v_names is null then
    return false;
  elsif v_names <@ p_names and not exists (select from pauses) then
    return false;
  end if;
  v_known := unpaused(p_names || array(select d.name from definitions d where d.seen_at > now() - interval '15 minutes'));
  v_paused := paused('queue');

  if (select count(*) from unnest(v_names) head (name) where head.name <> all (v_known)) >= c_head / 2 then
    perform hold_unknown(v_known, c_set);
    return true;
  elsif v_queues && v_paused then
    v_waiting := array(
      select next.id from first_ready(c_set) next
      where next.queue = any (v_paused) and next.id not in (select unnest(c.job_ids) from claims c));
    perform hold_jobs(v_waiting);
    return v_waiting <> '{}';
  end if;
  return false;
end
$$;
