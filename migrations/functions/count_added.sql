-- Counts jobs, or an inner batch, that were added to a batch which the caller holds open.
create or replace function count_added(p_batch bigint, p_added integer) returns void
language sql volatile set search_path from current
as $$
  insert into batch_counts (batch_id, total) values (p_batch, p_added)
$$;
