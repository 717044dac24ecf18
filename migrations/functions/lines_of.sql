-- The keys of those of these jobs that run in order.
create or replace function lines_of(p_ids bigint[]) returns text[]
language sql stable set search_path from current
as $$
  select array(select distinct j.concurrency_key from jobs j where j.id = any (p_ids) and j.holds_key is not null and j.concurrency_key is not null)
$$;
