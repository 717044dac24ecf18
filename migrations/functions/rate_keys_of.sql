-- The keys of jobs with a rate, each once. Jobs are looked up by id alone, as in keys_of.
create or replace function rate_keys_of(p_ids bigint[]) returns text[]
language sql stable set search_path from current
as $$
  select coalesce(array_agg(distinct found.rate_key), '{}')
  from (select j.rate_key from jobs j where j.id = any (p_ids) offset 0) found
  where found.rate_key is not null
$$;
