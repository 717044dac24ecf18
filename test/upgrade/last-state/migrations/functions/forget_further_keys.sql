-- Forgets a set of the further keys of jobs that are gone: somebody has deleted them by hand. Returns whether there may be more.
create or replace function forget_further_keys() returns boolean
language plpgsql volatile set search_path from current
as $$
declare
  c_set constant integer := 5000;
  v_forgotten integer;
begin
  delete from further_keys f where (f.job_id, f.concurrency_key) in (
    select o.job_id, o.concurrency_key from further_keys o
    where not exists (select from jobs j where j.id = o.job_id) limit c_set for update skip locked);
  get diagnostics v_forgotten = row_count;
  return v_forgotten = c_set;
end
$$;
