-- Those of p_ids that a drainer, alive or dead and not reaped yet, has in flight: claimed at the fence that the job still has.
create or replace function in_flight_among(p_ids bigint[]) returns bigint[]
language sql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
  select array(
    select now.id from unnest(p_ids) given (id), lateral (select j.id, j.fence from jobs j where j.id = given.id limit 1) now
    intersect
    select held.job_id from (
      select unnest(c.job_ids) as job_id, unnest(c.fences) as fence from claims c where c.job_ids && p_ids) held,
      lateral (select from jobs j where j.id = held.job_id and j.fence = held.fence limit 1) same)
$$;
