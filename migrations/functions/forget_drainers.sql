-- A set of those that ended more than a day ago. Answers whether there may be more.
create or replace function forget_drainers(p_now timestamptz) returns boolean
language plpgsql volatile set search_path from current
as $$
declare
  c_set constant integer := 5000;
  v_deleted integer;
begin
  delete from drainers d where d.ctid = any (array(
    select e.ctid from drainers e where e.ended_at < p_now - interval '1 day'
    order by e.ended_at limit c_set for update skip locked));
  get diagnostics v_deleted = row_count;
  return v_deleted = c_set;
end
$$;
