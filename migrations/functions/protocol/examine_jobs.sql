-- Which jobs can't run, for people. Of jobs that are ready it looks at those at the head of the queue, because others come there too,
-- and of jobs that are set aside at the first thousand of each name.
--   returns  an object: tooLong (definitions whose timeout fits into no drain of the last day, with timeoutMs), budgetMs (the longest
--            time that a drain had), unknown (names that no drainer of the last day knows, with jobs and since), unserved (queues that
--            no drainer has served for a day, with jobs and since; empty while there are no pools): of each the first ten
create or replace function examine_jobs() returns json
language plpgsql stable set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
as $$
declare
  c_head constant integer := 10000;
  v_budget_ms bigint := (select max(d.budget_ms) from drainers d where d.started_at > now() - interval '1 day' having bool_and(d.budget_ms is not null));
  v_waiting jsonb;
begin
  with recursive names as (
    (select j.state, j.name from jobs j where j.state in ('unknown', 'unkeyed') order by j.state, j.name limit 1)
    union all
    select next.* from names n, lateral (
      select j.state, j.name from jobs j where j.state in ('unknown', 'unkeyed') and (j.state, j.name) > (n.state, n.name)
      order by j.state, j.name limit 1) next
  ), waiting as (
    select r.name, r.queue, r.run_at from first_ready(c_head) r
    union all
    (select j.name, j.queue, j.run_at from jobs j where j.state = 'suspect' order by j.suspect_group desc, j.id limit c_head)
    union all
    select aside.* from (select * from names limit 1000) n, lateral (
      select j.name, j.queue, j.run_at from jobs j where j.state = n.state and j.name = n.name order by j.priority, j.run_at, j.id limit 1000) aside
  )
  select coalesce(jsonb_agg(kinds), '[]') into v_waiting
  from (select w.name, w.queue, count(*) as jobs, min(w.run_at) as since from waiting w group by 1, 2) kinds;

  return json_build_object(
    'budgetMs', v_budget_ms,
    'tooLong', (select coalesce(json_agg(d), '[]') from (
      select d.name, d.timeout_ms as "timeoutMs" from definitions d
      where d.timeout_ms > v_budget_ms and d.seen_at > now() - interval '1 day' order by d.name limit 10) d),
    'unknown', (select coalesce(json_agg(u), '[]') from (
      select w.name, sum(w.jobs) as jobs, min(w.since) as since from jsonb_to_recordset(v_waiting) w (name text, jobs bigint, since timestamptz)
      where not exists (select from definitions d where d.name = w.name and d.seen_at > now() - interval '1 day')
      group by 1 order by 1 limit 10) u),
    'unserved', (select coalesce(json_agg(u), '[]') from (
      select w.queue, sum(w.jobs) as jobs, min(w.since) as since from jsonb_to_recordset(v_waiting) w (queue text, jobs bigint, since timestamptz)
      join pooled_queues q on q.queue = coalesce((select p.queue from pooled_queues p where p.queue = w.queue), '')
      where q.seen_at < now() - interval '1 day'
      group by 1 order by 1 limit 10) u));
end
$$;
