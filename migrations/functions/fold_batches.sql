-- Adds what has been counted to the batches that it is of, finishes those that have no pending jobs, and enqueues their callbacks. A
-- batch that somebody adds to, retries or folds at the moment is left to a later look: whoever counts looks afterwards, and due_batches
-- tells the last of them.
create or replace function fold_batches() returns void
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  c_set constant integer := 1000;
  v_ids bigint[];
begin
  if not exists (select from batch_counts) and not exists (select from batches b where b.retry_at <= now()) then
    return;
  end if;
  v_ids := array(select c.batch_id from counted_batches(c_set) c (batch_id)
                 union select b.id from batches b where b.retry_at <= now());
  while v_ids <> '{}' loop
    v_ids := array(select b.id from batches b where b.id = any (v_ids) and (b.retry_at is null or b.retry_at <= now())
                   order by b.id for update skip locked);
    perform add_counts(v_ids); -- in a later statement than the lock, which sees what its last holder has committed
    v_ids := array(select parent from unnest(v_ids) given (id), lateral advance_batch(given.id) parent where parent is not null);
  end loop;
end
$$;
