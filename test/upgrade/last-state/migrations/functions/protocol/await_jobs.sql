-- Tells which of some jobs are unfinished no more, and has the end of the others notified (see tell_waiters). Their rows are marked
-- for that: a settle that is under way deletes such a row, so either it sees the mark, or its commit is seen here. Nobody is waited
-- for: a job whose row somebody has is left, and the caller asks again.
--   p_ids     the jobs
--   p_notify  whether the caller listens
--   ended     those that have finished, or are unknown
--   left_out  those whose end won't be notified
create or replace function await_jobs(p_ids bigint[], p_notify boolean, out ended bigint[], out left_out bigint[])
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
begin
  if p_notify then
    with free as materialized (
      select w.id from unnest(p_ids) given (id), lateral (
        select j.id from jobs j where j.id = given.id and j.is_awaited is null limit 1 for no key update skip locked) w
    ), marked as (
      update jobs j set is_awaited = true, features = coalesce(j.features, 0) | 32 from free where j.id = free.id returning j.id
    )
    insert into awaited_jobs (job_id) select m.id from marked m on conflict do nothing;
  end if;
  -- in later statements: what was settled until then is seen
  left_out := array(select j.id from jobs j where j.id = any (p_ids) and j.is_awaited is null);
  ended := array(select unnest(p_ids) except select j.id from jobs j where j.id = any (p_ids));
end
$$;
