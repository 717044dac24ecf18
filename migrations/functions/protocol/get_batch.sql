-- Everything that is known of a batch, as JSON. Null for an id that is unknown or whose history has been dropped.
--   p_id  the batch
create or replace function get_batch(p_id bigint) returns json
language sql stable set search_path from current
set enable_seqscan = off set jit = off
as $$
  select json_build_object(
    'id', b.id::text, 'parent', b.parent_id::text, 'state', b.state,
    'total', b.total + c.total,
    'pending', b.total + c.total - b.succeeded - c.succeeded - b.discarded - c.discarded - b.canceled - c.canceled,
    'succeeded', b.succeeded + c.succeeded, 'discarded', b.discarded + c.discarded, 'canceled', b.canceled + c.canceled,
    'properties', b.properties, 'callbacks', callbacks_of(b), 'createdAt', b.created_at, 'finishedAt', b.finished_at, 'callbackError', b.error)
  from batches b cross join lateral (
    select coalesce(sum(c.total), 0) as total, coalesce(sum(c.succeeded), 0) as succeeded, coalesce(sum(c.discarded), 0) as discarded,
           coalesce(sum(c.canceled), 0) as canceled
    from batch_counts c where c.batch_id = b.id) c
  where b.id = p_id
$$;
