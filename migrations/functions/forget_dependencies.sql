-- Forgets a set of what was stored before p_before of jobs that have finished. Returns whether there may be more.
create or replace function forget_dependencies(p_before timestamptz) returns boolean
language plpgsql volatile set search_path from current
as $$
declare
  c_set constant integer := 5000;
  v_forgotten integer;
begin
  delete from dependencies d where d.ctid = any (array(
    select o.ctid from dependencies o
    where o.created_at < p_before and not exists (select from jobs j where j.id = o.child_id) limit c_set for update skip locked));
  get diagnostics v_forgotten = row_count;
  return v_forgotten = c_set;
end
$$;
