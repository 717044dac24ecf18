-- Whether a drainer that is awake will look for the jobs of these names and queues that this transaction stores, so that nobody has to ask
-- after its commit (see request_wake). It holds a lock until the commit, for which a drainer that leaves waits before it looks for
-- the last time (see await_storers). False where the lock isn't free, because a drainer is leaving at this moment.
create or replace function is_attended(p_kinds job_kind[]) returns boolean
language plpgsql volatile set search_path from current
as $$
begin
  if not pg_try_advisory_xact_lock_shared(lock_space('storing'), 0) then
    return false;
  end if;
  return cardinality(unattended(p_kinds)) = 0;
end
$$;
