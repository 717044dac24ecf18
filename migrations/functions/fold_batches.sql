-- Adds what has been counted to the batches that it is of, finishes those that have no pending jobs, and enqueues their callbacks. A
-- batch that somebody adds to, retries or folds at the moment is left to a later look: whoever counts looks afterwards, and due_batches
-- tells the last of them. So are those for which the time doesn't suffice, because this runs in claims.
create or replace function fold_batches() returns void
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  c_set constant integer := 1000;
  v_until timestamptz := clock_timestamp() + interval '500 milliseconds';
  v_ids bigint[];
  v_id bigint;
  v_parents bigint[];
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
    v_parents := '{}';
    foreach v_id in array v_ids loop
      if clock_timestamp() > v_until then
        update batches b set retry_at = now() where b.id = v_id and b.state = 'open';
      else
        v_parents := v_parents || advance_batch(v_id);
      end if;
    end loop;
    v_ids := array_remove(v_parents, null);
  end loop;
end
$$;
