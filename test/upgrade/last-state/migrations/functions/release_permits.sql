-- Releases the permits of jobs, and unblocks as many jobs as wait for them.
create or replace function release_permits(p_ids bigint[]) returns void
language plpgsql volatile set search_path from current
as $$
declare
  v_keys text[];
begin
  if coalesce(cardinality(p_ids), 0) = 0 then
    return;
  end if;
  v_keys := array(select distinct p.concurrency_key from permits p where p.job_id = any (p_ids));
  if v_keys = '{}' then
    return;
  end if;
  perform lock_keys(v_keys);
  delete from permits p where p.job_id = any (p_ids);
  perform forget_limits(v_keys);
  perform unblock_jobs(v_keys);
end
$$;
