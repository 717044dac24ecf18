-- Forgets a set of the keys whose starts no longer count and that no job has. Returns whether there may be more.
create or replace function forget_rates(p_now timestamptz) returns boolean
language plpgsql volatile set search_path from current
as $$
declare
  c_set constant integer := 5000;
  v_forgotten integer;
begin
  delete from rates r where r.rate_key = any (array(
    select o.rate_key from rates o
    where o.until_at < p_now and not exists (select from jobs j where j.rate_key = o.rate_key)
    order by o.until_at limit c_set for update skip locked));
  get diagnostics v_forgotten = row_count;
  return v_forgotten = c_set;
end
$$;
