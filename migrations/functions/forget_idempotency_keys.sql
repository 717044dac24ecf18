-- A set of those that are older than a day, but for those that somebody is just using again. Answers whether there may be more.
create or replace function forget_idempotency_keys(p_now timestamptz) returns boolean
language plpgsql volatile set search_path from current
as $$
declare
  c_set constant integer := 5000;
  v_deleted integer;
begin
  delete from idempotency_keys k where k.ctid = any (array(
    select e.ctid from idempotency_keys e where e.created_at < p_now - interval '24 hours'
    order by e.created_at limit c_set for update skip locked));
  get diagnostics v_deleted = row_count;
  return v_deleted = c_set;
end
$$;
