-- The groups of failures in a range of time, with the newest failure of each. Of each name and outcome of a group 10,000 are counted.
--   p_fingerprint  only this group; null: all
--   p_name         only failures of jobs of this name; null: of all
--   p_since        when the first of them ended
--   p_until        before when the last of them ended
--   p_by_count     the group with the most failures first; otherwise the one that failed last
--   p_limit        how many groups at most
--   p_stack        how many characters of the stack
--   returns        an object: groups, kinds (how many were looked at), isWhole (whether these were all)
create or replace function list_errors(p_fingerprint text, p_name text, p_since timestamptz, p_until timestamptz, p_by_count boolean, p_limit integer, p_stack integer)
returns json
language plpgsql stable set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set jit = off
set plan_cache_mode = force_custom_plan -- for the days of the range, and not for all of them
as $$
begin
  return (
    with kinds as materialized (
      select k.* from error_kinds(p_fingerprint, p_since, p_until, 2001) k where k.name = coalesce(p_name, k.name)
    ), counted as (
      select k.*, c.failures, first.ended_at as first_at, c.last_at
      from kinds k, lateral (
        select count(*) as failures, max(c.ended_at) as last_at from (
          select f.ended_at from failures f
          where f.fingerprint is not null and f.fingerprint = k.fingerprint and f.name = k.name and f.outcome = k.outcome and f.ended_at >= p_since and f.ended_at < p_until
          order by f.ended_at desc limit 10000) c) c, lateral (
        select f.ended_at from failures f
        where f.fingerprint is not null and f.fingerprint = k.fingerprint and f.name = k.name and f.outcome = k.outcome and f.ended_at >= p_since and f.ended_at < p_until
        order by f.ended_at limit 1) first
    ), groups as (
      select c.fingerprint, sum(c.failures) as failures, bool_or(c.failures = 10000) as is_capped,
             coalesce(sum(c.failures) filter (where c.outcome = 'discarded'), 0) as discarded,
             min(c.first_at) as first_at, max(c.last_at) as last_at,
             (array_agg(array[c.name, c.outcome] order by c.last_at desc))[1:1] as newest
      from counted c group by c.fingerprint
    ), page as (
      select g.* from groups g order by case when p_by_count then g.failures end desc, g.last_at desc, g.fingerprint limit p_limit
    )
    select json_build_object(
      'isWhole', (select count(*) <= 2000 from kinds),
      'groups', (select coalesce(json_agg(json_build_object(
        'fingerprint', p.fingerprint, 'failures', p.failures, 'isCapped', p.is_capped, 'discarded', p.discarded, 'firstAt', p.first_at, 'lastAt', p.last_at,
        'names', (select json_agg(json_build_object('name', n.name, 'failures', n.failures) order by n.failures desc, n.name)
                  from (select c.name, sum(c.failures) as failures from counted c where c.fingerprint = p.fingerprint group by 1 order by 2 desc, 1 limit 20) n),
        'class', s.error_class, 'code', s.error_code, 'message', s.error_message, 'stack', left(s.error_stack, p_stack), 'jobId', s.job_id::text)
        order by case when p_by_count then p.failures end desc, p.last_at desc, p.fingerprint), '[]')
        from page p, lateral (
          select f.error_class, f.error_code, f.error_message, f.error_stack, f.job_id from failures f
          where f.fingerprint is not null and f.fingerprint = p.fingerprint and f.name = p.newest[1][1] and f.outcome = p.newest[1][2] and f.ended_at = p.last_at
            and f.ended_at >= p_since and f.ended_at < p_until limit 1) s)));
end
$$;
