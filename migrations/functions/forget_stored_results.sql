-- Forgets a set of the results in the app's store whose jobs finished before p_before: their objects become superfluous. Returns
-- whether there may be more.
create or replace function forget_stored_results(p_before timestamptz) returns boolean
language plpgsql volatile set search_path from current
as $$
declare
  c_set constant integer := 5000;
  v_forgotten integer;
begin
  with forgotten as (
    delete from stored_results r where r.job_id = any (array(
      select o.job_id from stored_results o where o.finished_at < p_before order by o.finished_at limit c_set for update skip locked))
    returning r.store_key
  )
  insert into superfluous_objects (store_key) select f.store_key from forgotten f on conflict do nothing;
  get diagnostics v_forgotten = row_count;
  return v_forgotten = c_set;
end
$$;
