-- The limits that the jobs of a key ask for. Inlined, and read in the order of an index.
create or replace function limits_asked(p_key text) returns table (concurrency_limit integer, job_id bigint)
language sql stable
begin atomic
  select j.concurrency_limit, j.id from jobs j where j.concurrency_key = p_key
  union all
  select f.concurrency_limit, f.job_id from further_keys f where f.concurrency_key = p_key;
end;
