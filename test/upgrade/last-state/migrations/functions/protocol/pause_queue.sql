-- Pauses a queue: from now on none of its jobs is claimed; those that run end as usual. Then its waiting jobs are held, out of
-- the claim's way, a part of the table at each call. If the caller stops early, claims hold the others when they meet them.
--   p_queue  the queue
--   p_after  what the last call returned; 0: the first call
--   returns  the id to continue behind; null: done
create or replace function pause_queue(p_queue text, p_after bigint default 0) returns bigint
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_bitmapscan = off
as $$
declare
  c_set constant integer := 1000;
  v_last bigint;
begin
  if p_after = 0 then
    insert into queues (name, paused_at) values (p_queue, now()) on conflict (name) do update set paused_at = coalesce(queues.paused_at, now());
  elsif not is_paused(p_queue) then
    return null;
  end if;
  v_last := (select j.id from jobs j where j.id > p_after order by j.id offset c_set - 1 limit 1);
  perform hold_jobs(array(
    select j.id from jobs j
    where j.id > p_after and j.id <= coalesce(v_last, 9223372036854775807) and j.queue = p_queue and j.state in ('ready', 'blocked', 'throttled', 'suspect')
      and j.id not in (select unnest(c.job_ids) from claims c)));
  return v_last;
end
$$;
