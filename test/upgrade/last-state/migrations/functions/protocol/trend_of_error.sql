-- How many failures of a group ended in each step of a range: of its newest 50,000.
--   p_fingerprint  the group
--   p_since        when the range begins
--   p_until        when it ends
--   p_step_ms      how long a step is
--   returns        an object: counts (a list of step, from 0, and failures), fromAt (the first failure that was counted; null: all were)
create or replace function trend_of_error(p_fingerprint text, p_since timestamptz, p_until timestamptz, p_step_ms bigint) returns json
language plpgsql stable set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set jit = off
set plan_cache_mode = force_custom_plan -- for the days of the range, and not for all of them
as $$
begin
  return (
    with newest as materialized (
      select f.ended_at from error_kinds(p_fingerprint, p_since, p_until, 2000) k, lateral (
        select f.ended_at from failures f
        where f.fingerprint is not null and f.fingerprint = k.fingerprint and f.name = k.name and f.outcome = k.outcome and f.ended_at >= p_since and f.ended_at < p_until
        order by f.ended_at desc limit 50000) f
      order by f.ended_at desc limit 50000
    ), steps as (
      select floor(extract(epoch from n.ended_at - p_since) * 1000 / p_step_ms)::integer as step, count(*) as failures from newest n group by 1
    )
    select json_build_object(
      'counts', (select coalesce(json_agg(json_build_array(s.step, s.failures) order by s.step), '[]') from steps s),
      'fromAt', (select min(n.ended_at) from newest n having count(*) = 50000)));
end
$$;
