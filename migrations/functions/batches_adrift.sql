-- Those of these batches that are open and whose counts are not those of their jobs: at any moment, what is pending by the counts are the unfinished jobs, of the
-- batch or gathered with it, and the open inner batches that there are. Only rows that somebody deletes by hand make a difference.
--   batch_id  the batch
--   lost      how many jobs are pending by its counts, and aren't there
create or replace function batches_adrift(p_ids bigint[]) returns table (batch_id bigint, lost integer)
language sql stable set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
  select b.id, (p.pending - p.jobs - p.batches)::integer
  from batches b cross join lateral (
    select b.total - b.succeeded - b.discarded - b.canceled
             + coalesce((select sum(c.total - c.succeeded - c.discarded - c.canceled) from batch_counts c where c.batch_id = b.id), 0) as pending,
           (select count(*) from jobs j where j.batch_id = b.id)
             + (select count(*) from gathered_jobs g join jobs j on j.id = g.job_id where g.batch_id = b.id and g.outcome is null) as jobs,
           (select count(*) from batches i where i.parent_id = b.id and i.state = 'open') as batches) p
  where b.id = any (p_ids) and b.state = 'open' and p.pending <> p.jobs + p.batches
$$;
