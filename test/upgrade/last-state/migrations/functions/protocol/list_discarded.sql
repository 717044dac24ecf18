-- The jobs that were discarded with a failure of a group, and have not been retried since: the newest first.
--   p_fingerprint  the group
--   p_since        when the first of them ended
--   p_until        before when the last of them ended
--   p_limit        how many at most
--   p_skip         how many of the newest to leave out
--   returns        their ids
create or replace function list_discarded(p_fingerprint text, p_since timestamptz, p_until timestamptz, p_limit integer, p_skip integer default 0) returns bigint[]
language plpgsql stable set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set jit = off
set plan_cache_mode = force_custom_plan -- for the days of the range, and not for all of them
as $$
begin
  return (
    select array(
      select newest.job_id from error_kinds(p_fingerprint, p_since, p_until, 2000) k, lateral (
        select f.job_id, f.ended_at from failures f
        where f.fingerprint is not null and f.fingerprint = k.fingerprint and f.name = k.name and f.outcome = 'discarded' and f.ended_at >= p_since and f.ended_at < p_until
          and not exists (select from retries r where r.job_id = f.job_id and r.finished_at = f.ended_at)
        order by f.ended_at desc limit p_skip + p_limit) newest
      where k.outcome = 'discarded'
      order by newest.ended_at desc, newest.job_id desc limit p_limit offset p_skip));
end
$$;
