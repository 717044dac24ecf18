-- Resumes a job name. Jobs of it that were put aside come back with the next looks of a drainer (see tick).
--   p_name  the name
create or replace function resume_name(p_name text) returns void
language plpgsql volatile set search_path from current
as $$
begin
  delete from pauses p where p.kind = 'name' and p.target = p_name;
  perform note_late_arrivals();
  perform notify_lingering();
end
$$;
