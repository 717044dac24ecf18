-- The kinds of failures that the days of a range may have: groups, names of jobs, and outcomes. Found by their beginnings in the index,
-- however many failures each has.
--   p_fingerprint  only those of this group; null: of all
--   p_limit        how many at most
create or replace function error_kinds(p_fingerprint text, p_since timestamptz, p_until timestamptz, p_limit integer)
returns table (fingerprint text, name text, outcome text)
language plpgsql stable set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
set plan_cache_mode = force_custom_plan -- for the days of the range, and not for all of them
as $$
declare
  -- whole days: nothing has to be looked at in them, and known here, they tell the partitions before these are locked
  v_since timestamptz := date_trunc('day', p_since, 'UTC');
  v_until timestamptz := date_trunc('day', p_until, 'UTC') + interval '24 hours';
begin
  return query
  with recursive kinds as (
    (select f.fingerprint, f.name, f.outcome from failures f
     where f.fingerprint is not null and f.fingerprint >= coalesce(p_fingerprint, '')
       and f.ended_at >= v_since and f.ended_at < v_until
     order by f.fingerprint, f.name, f.outcome limit 1)
    union all
    select next.* from kinds k, lateral (
      select f.fingerprint, f.name, f.outcome from failures f
      where f.fingerprint is not null and (f.fingerprint, f.name, f.outcome) > (k.fingerprint, k.name, k.outcome)
        and f.ended_at >= v_since and f.ended_at < v_until
      order by f.fingerprint, f.name, f.outcome limit 1) next
    where k.fingerprint = coalesce(p_fingerprint, k.fingerprint)
  )
  select k.* from kinds k where k.fingerprint = coalesce(p_fingerprint, k.fingerprint) limit p_limit;
end
$$;
