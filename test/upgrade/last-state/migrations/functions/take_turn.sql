-- Waits until no other drainer of this scope is between reading the frontier and committing a claim behind it: claims that overlap
-- pass over each other's jobs, a failed lock for each. Only for a moment: one that is slow, or a lock that somebody else
-- holds, keeps nobody from claiming.
create or replace function take_turn(p_scope integer) returns void
language plpgsql volatile set search_path from current set lock_timeout = '200ms'
as $$
begin
  perform pg_advisory_xact_lock(lock_space('turn'), p_scope);
exception when lock_not_available then
  null;
end
$$;
