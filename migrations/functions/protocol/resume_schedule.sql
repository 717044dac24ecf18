-- Resumes the schedule with the key p_key. Returns whether there is one.
create or replace function resume_schedule(p_key text) returns boolean
language plpgsql volatile set search_path from current
as $$
begin
  return pause_ticks(p_key, null);
end
$$;
