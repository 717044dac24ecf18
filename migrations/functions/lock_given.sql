-- Locks those of these jobs whose locks are free, to the end of the transaction, and returns them.
create or replace function lock_given(p_ids bigint[]) returns bigint[]
language sql volatile set search_path from current
as $$
  with given as materialized (
    select distinct g.id from unnest(p_ids) g (id) order by 1
  )
  select coalesce(array_agg(g.id) filter (where pg_try_advisory_xact_lock(job_lock(g.id))), '{}') from given g
$$;
