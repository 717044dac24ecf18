-- Releases all permits that a dead drainer still has. They are looked at again under the keys' locks: a job may be another
-- drainer's by now, with the permit.
create or replace function release_permits_of(p_drainer integer) returns void
language plpgsql volatile set search_path from current
as $$
declare
  v_keys text[] := array(select distinct p.concurrency_key from permits p where p.drainer_id = p_drainer);
begin
  if v_keys = '{}' then
    return;
  end if;
  perform lock_keys(v_keys);
  delete from permits p where p.drainer_id = p_drainer;
  perform unblock_jobs(v_keys);
end
$$;
