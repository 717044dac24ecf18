-- Cancels what has not ended of batches whose gatherer has finished, a set of each: nobody will read how it ends. When nothing is left,
-- the results are forgotten.
create or replace function cancel_orphans() returns void
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  c_batches constant integer := 20;
  c_set constant integer := 500;
  c_results constant integer := 5000;
  v_batch bigint;
  v_ids bigint[];
  v_forgotten integer;
begin
  for v_batch in select o.batch_id from orphaned_batches o order by o.batch_id limit c_batches for update skip locked loop
    v_ids := array(select j.id from jobs j where j.batch_id = v_batch and not exists (select from cancellations c where c.job_id = j.id)
                   order by j.batch_id, j.id limit c_set);
    if v_ids <> '{}' then
      perform from cancel_jobs(v_ids);
    elsif not exists (select from jobs j where j.batch_id = v_batch) then
      delete from gathered_jobs g where g.batch_id = v_batch and g.job_id = any (array(
        select r.job_id from gathered_jobs r where r.batch_id = v_batch limit c_results));
      get diagnostics v_forgotten = row_count;
      delete from orphaned_batches o where o.batch_id = v_batch and v_forgotten < c_results;
    end if;
  end loop;
end
$$;
