-- Takes back that jobs of batches have ended, because they are in the queue again. A batch that has finished is open again, and so is the
-- one that it is in; its callbacks are enqueued again only if that was asked for (see retry_batch).
--   p_ends  how they had ended
create or replace function reopen_batches(p_ends batch_end[]) returns void
language plpgsql volatile set search_path from current
as $$
declare
  v_ids bigint[] := array(select distinct e.batch_id from unnest(p_ends) e);
  v_parents batch_end[];
begin
  if v_ids = '{}' then
    return;
  end if;
  -- so that nobody finishes one meanwhile, all at once, with those that they are in: retries that lock them one by one could deadlock
  perform from batches b where b.id = any (array(
    with recursive around as (
      select b.id, b.parent_id from batches b where b.id = any (v_ids)
      union
      select b.id, b.parent_id from around a join batches b on b.id = a.parent_id
    )
    select a.id from around a)) order by b.id for no key update;
  v_parents := array(select (b.parent_id, end_of_batch(b), null, null)::batch_end from batches b
                     where b.id = any (v_ids) and b.state <> 'open' and b.parent_id is not null);
  insert into batch_counts (batch_id, succeeded, discarded, canceled)
  select e.batch_id, -(count(*) filter (where e.outcome = 'succeeded')), -(count(*) filter (where e.outcome = 'discarded')),
         -(count(*) filter (where e.outcome = 'canceled'))
  from unnest(p_ends) e group by e.batch_id;
  delete from gathered_jobs g using unnest(p_ends) e
  where g.batch_id = e.batch_id and g.job_id = e.job_id and exists (select from batches b where b.id = e.batch_id and b.gathers);
  update batches b set state = 'open', finished_at = null where b.id = any (v_ids) and b.state <> 'open';
  perform reopen_batches(v_parents);
end
$$;
