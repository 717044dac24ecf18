-- The batches of which fold_batches would enqueue a callback, or finish them, by what is committed now.
create or replace function due_batches() returns setof batches
language sql stable set search_path from current
as $$
  select b.*
  from (select c.batch_id, sum(c.total - c.succeeded - c.discarded - c.canceled) as pending, sum(c.discarded) as discarded
        from batch_counts c group by c.batch_id) c
  join batches b on b.id = c.batch_id
  where b.state = 'open' and b.retry_at is null
    and (b.total - b.succeeded - b.discarded - b.canceled + c.pending <= 0 or b.fires_discard and b.discarded + c.discarded > 0)
  union all
  select b.* from batches b where b.retry_at is not null and is_retried(b)
$$;
