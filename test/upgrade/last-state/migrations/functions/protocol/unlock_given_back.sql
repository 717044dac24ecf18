-- The other half of give_back, once that is committed: releases the jobs' locks, and has drainers that have looked past
-- these jobs look again.
--   p_ids  the jobs
create or replace function unlock_given_back(p_ids bigint[]) returns void
language plpgsql volatile set search_path from current
as $$
begin
  perform unlock_jobs(p_ids);
  perform note_late_arrivals();
end
$$;
