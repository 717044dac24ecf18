-- Resumes a concurrency key: unblocks as many of its jobs as its limit allows.
--   p_key  the key
create or replace function resume_key(p_key text) returns void
language plpgsql volatile set search_path from current
as $$
begin
  delete from pauses p where p.kind = 'key' and p.target = p_key;
  perform lock_keys(array[p_key]);
  perform unblock_jobs(array[p_key]);
  perform notify_lingering();
end
$$;
