-- The same for executions whose outcome found no job: its row is gone, or another's by now. What this drainer still holds
-- for them would else stay taken until its drain ends, and a worker's never does.
create or replace function release_permits_lost(p_drainer integer, p_ids bigint[]) returns void
language sql volatile set search_path from current
as $$
  select release_permits(array(select p.job_id from permits p where p.job_id = any (p_ids) and p.drainer_id = p_drainer))
$$;
