-- The failures of a group, the newest first.
--   p_fingerprint  the group
--   p_outcome      only those that ended so; null: all
--   p_since        when the first of them ended
--   p_until        before when the last of them ended
--   p_before       the end of the last failure of the page before; null: from the newest
--   p_before_job   the job of that failure
--   p_limit        how many at most
--   returns        a list of objects
create or replace function list_failures(p_fingerprint text, p_outcome text, p_since timestamptz, p_until timestamptz, p_before timestamptz, p_before_job bigint, p_limit integer)
returns json
language plpgsql stable set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set jit = off
set plan_cache_mode = force_custom_plan -- for the days of the range, and not for all of them
as $$
begin
  return (
    select coalesce(json_agg(json_build_object(
      'jobId', p.job_id::text, 'name', p.name, 'attempt', p.attempt, 'outcome', p.outcome, 'at', p.ended_at, 'durationMs', p.duration_ms, 'waitMs', p.waited_ms,
      'class', p.error_class, 'code', p.error_code, 'message', p.error_message,
      'drainer', (select d.label from drainers d where d.id = p.drainer_id)) order by p.ended_at desc, p.job_id desc), '[]')
    from (
      select newest.* from error_kinds(p_fingerprint, p_since, p_until, 2000) k, lateral (
        select f.* from failures f
        where f.fingerprint is not null and f.fingerprint = k.fingerprint and f.name = k.name and f.outcome = k.outcome
          and f.ended_at >= p_since and f.ended_at < p_until and f.ended_at <= coalesce(p_before, p_until)
          and (p_before is null or (f.ended_at, f.job_id) < (p_before, p_before_job))
        order by f.ended_at desc, f.job_id desc limit p_limit) newest
      where k.outcome = coalesce(p_outcome, k.outcome)
      order by newest.ended_at desc, newest.job_id desc limit p_limit) p);
end
$$;
