-- Waits for the transactions that store jobs and count on a drainer that was awake when they asked (see is_attended), so that its last
-- look sees their jobs. Called once the drainer isn't awake any more. Returns false if one of them doesn't end within a moment. The lock
-- is released at once: held until the commit, it would let drainers that end together wait for each other.
create or replace function await_storers() returns boolean
language plpgsql volatile set search_path from current set lock_timeout = '500ms'
as $$
begin
  perform pg_advisory_lock(lock_space('storing'), 0);
  perform pg_advisory_unlock(lock_space('storing'), 0);
  return true;
exception when lock_not_available then
  return false;
end
$$;
