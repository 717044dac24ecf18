-- Resumes a schedule. Returns whether there is such a schedule.
create or replace function resume_schedule(p_key text) returns boolean
language plpgsql volatile set search_path from current
as $$
begin
  return pause_ticks(p_key, null);
end
$$;
