-- How long ready jobs have been due: of those of each priority and range 10,000 are counted, of 20 priorities at most, and of jobs that
-- take turns those at the head of the queue. Running jobs are among them.
--   p_ages  the ends of the ranges, in milliseconds, from the shortest; the last range has no end
create or replace function ready_by_age(p_ages bigint[]) returns table (range integer, jobs bigint)
language sql stable set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
as $$
  with recursive priorities as (
    (select j.priority from jobs j where j.state = 'ready' and j.fair_key is null order by j.priority limit 1)
    union all
    select next.priority from priorities p, lateral (
      select j.priority from jobs j where j.state = 'ready' and j.fair_key is null and j.priority > p.priority order by j.priority limit 1) next
  ), ranges as (
    select r.n::integer as range, now() - coalesce(p_ages[r.n], 1000000000000) * interval '1 millisecond' as after,
           case when r.n = 1 then 'infinity' else now() - p_ages[r.n - 1] * interval '1 millisecond' end as until
    from generate_series(1, cardinality(p_ages) + 1) r (n)
  ), turns as (
    select j.run_at from jobs j where j.state = 'ready' and j.fair_key is not null order by j.priority, j.fair_key, j.run_at limit 10000
  )
  select r.range, coalesce((
    select sum(c.jobs) from (select * from priorities limit 20) p, lateral (
      select count(*) as jobs from (
        select from jobs j where j.state = 'ready' and j.fair_key is null and j.priority = p.priority and j.run_at > r.after and j.run_at <= r.until limit 10000) c) c), 0)
    + (select count(*) from turns t where t.run_at > r.after and t.run_at <= r.until)
  from ranges r order by 1
$$;
