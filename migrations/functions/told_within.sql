-- The first of some jobs as a JSON list of up to a megabyte, and at least one of them, so that a response stays below what gateways take.
--   last  the id of the last one in the list
create or replace function told_within(p_jobs listed_job[], out jobs json, out last bigint)
language sql stable set search_path from current
as $$
  with summed as (
    select j.id, j.job, j.nth, sum(octet_length(j.job::text)) over (order by j.nth) as bytes
    from unnest(p_jobs) with ordinality j (id, job, nth)
  ), told as (
    select s.* from summed s where s.nth = 1 or s.bytes <= 1048576
  )
  select coalesce(json_agg(t.job order by t.nth), '[]'), (array_agg(t.id order by t.nth desc))[1] from told t
$$;
