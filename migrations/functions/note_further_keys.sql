-- Notes by key which further keys jobs have. Whoever changes those of jobs that may have some, calls it.
create or replace function note_further_keys(p_ids bigint[]) returns void
language plpgsql volatile set search_path from current
as $$
begin
  delete from further_keys f where f.job_id = any (p_ids);
  insert into further_keys (job_id, concurrency_key, concurrency_limit)
  select j.id, further.key, min(further."limit")
  from jobs j, unnest(j.further_keys, j.further_limits) further (key, "limit")
  where j.id = any (p_ids) and further.key is not null
  group by j.id, further.key;
end
$$;
