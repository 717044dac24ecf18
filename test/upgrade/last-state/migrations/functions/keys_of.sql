-- The concurrency keys of jobs, each once. Jobs are looked up by id alone: with the keys in the condition, an index of keys would
-- be read from end to end.
create or replace function keys_of(p_ids bigint[]) returns text[]
language sql stable set search_path from current
as $$
  select coalesce(array_agg(distinct found.concurrency_key), '{}')
  from (select j.concurrency_key from jobs j where j.id = any (p_ids) offset 0) found
  where found.concurrency_key is not null
$$;
