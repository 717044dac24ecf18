-- What a dead drainer had in flight: claimed at the fence that the job still has, and by nobody else since. A job that
-- another drainer has claimed between the death and the reaping is left to it.
create or replace function unsettled_of(p_dead integer) returns bigint[]
language sql volatile set search_path from current
as $$
  select array(
    select distinct j.id from held_by(p_dead) held join jobs j on j.id = held.job_id and j.fence = held.fence
    where (j.id, j.fence) not in (select unnest(c.job_ids), unnest(c.fences) from claims c where c.drainer_id <> p_dead))
$$;
