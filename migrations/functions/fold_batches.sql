-- Adds what has been counted to the batches that it is of, finishes those that have no pending jobs, and enqueues their callbacks, set by
-- set until nothing is counted or half a second is over, because this runs in claims. A batch that somebody adds to, retries or folds at
-- the moment is left to a later look: whoever counts looks afterwards, and due_batches tells the last of them.
create or replace function fold_batches() returns void
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  c_set constant integer := 1000;
  v_until timestamptz := clock_timestamp() + interval '500 milliseconds';
  v_ids bigint[];
  v_counted bigint[];
begin
  if not exists (select from batch_counts) and not exists (select from batches b where b.retry_at is not null and is_retried(b)) then
    return;
  end if;
  v_ids := array(select b.id from batches b where b.retry_at is not null and is_retried(b) order by b.retry_at limit c_set);
  loop
    v_counted := array(select c from counted_batches(coalesce(v_counted[c_set], 0), c_set) c);
    perform finish_batches(array(select unnest(v_ids) union select unnest(v_counted)), v_until);
    exit when cardinality(v_counted) < c_set or clock_timestamp() > v_until;
    v_ids := '{}';
  end loop;
end
$$;
