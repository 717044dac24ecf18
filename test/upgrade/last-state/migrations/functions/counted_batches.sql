-- The first batches behind p_after of which something has been counted that isn't in their row yet, each once, by a step in the index for
-- each.
create or replace function counted_batches(p_after bigint, p_limit integer) returns setof bigint
language sql stable set search_path from current
as $$
  with recursive counted as (
    (select c.batch_id from batch_counts c where c.batch_id > p_after order by c.batch_id, c.id limit 1)
    union all
    select next.batch_id from counted l, lateral (
      select c.batch_id from batch_counts c where c.batch_id > l.batch_id order by c.batch_id, c.id limit 1) next
  )
  select l.batch_id from counted l limit p_limit
$$;
