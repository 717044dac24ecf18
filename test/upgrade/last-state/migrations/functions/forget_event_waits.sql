-- Forgets waits for events whose jobs have ended while an emit had the wait in hand. Returns whether there may be more.
create or replace function forget_event_waits() returns boolean
language plpgsql volatile set search_path from current
as $$
declare
  c_set constant integer := 1000;
  v_count integer;
begin
  delete from event_waits w where (w.job_id, w.key) in (
    select g.job_id, g.key from event_waits g where not exists (select from jobs j where j.id = g.job_id) limit c_set for update skip locked);
  get diagnostics v_count = row_count;
  return v_count = c_set;
end
$$;
