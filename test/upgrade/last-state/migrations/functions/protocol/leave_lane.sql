-- Releases a lane.
--   p_lane   what enter_lane returned
--   returns  whether the session had it
create or replace function leave_lane(p_lane integer) returns boolean
language sql volatile set search_path from current
return pg_advisory_unlock(lock_space('lane'), p_lane);
