-- Pauses a queue: from now on none of its jobs is claimed; those that run end as usual. Then its waiting jobs are held, out of
-- the claim's way, a part of the table at each call. If the caller stops early, claims hold the others when they meet them.
--   p_queue   the queue
--   p_after   what the last call returned; 0: the first call
--   p_until   when the pause ends, of the first call
--   p_for_ms  or how long it lasts; without both it lasts until the queue is resumed
--   returns   the id to continue behind; null: done
create or replace function pause_queue(p_queue text, p_after bigint default 0, p_until timestamptz default null, p_for_ms bigint default null) returns bigint
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_bitmapscan = off
as $$
declare
  c_set constant integer := 1000;
  v_last bigint;
begin
  if p_after = 0 then
    perform pause('queue', p_queue, p_until, p_for_ms);
  end if;
  if not is_paused(p_queue) then
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
