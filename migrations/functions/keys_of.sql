-- The concurrency keys of jobs, each once. Jobs are looked up by id alone: with the keys in the condition, an index of keys would
-- be read from end to end.
create or replace function keys_of(p_ids bigint[]) returns text[]
language sql stable set search_path from current
as $$
  select coalesce(array_agg(distinct found.key), '{}')
  from (
    (select j.concurrency_key as key from jobs j where j.id = any (p_ids) offset 0)
    union all
    (select f.concurrency_key from further_keys f where exists (select from further_keys) and f.job_id = any (p_ids) offset 0)) found
  where found.key is not null
$$;
