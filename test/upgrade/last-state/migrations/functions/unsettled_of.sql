-- What a dead drainer had in flight: claimed at the fence that the job still has, and by nobody else since. A job that another
-- drainer has claimed between the death and the reaping is left to it. Each job is looked up by its id: a join may scan all jobs
-- once for every one in flight.
create or replace function unsettled_of(p_dead integer) returns bigint[]
language sql volatile set search_path from current
as $$
  with held as materialized (
    select h.job_id, h.fence from held_by(p_dead) h
    except
    select unnest(c.job_ids), unnest(c.fences) from claims c where c.drainer_id <> p_dead
  )
  select array(
    select same.id from held h, lateral (select j.id from jobs j where j.id = h.job_id and j.fence = h.fence limit 1) same)
$$;
