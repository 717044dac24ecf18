-- The most urgent priority of jobs that take turns, of these names and this pool, and in nobody's hands, as far as the first thousands of them tell.
-- Null: none wait.
create or replace function fair_priority(p_names text[], p_pool pool) returns integer
language sql stable set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
as $$
  select j.priority from (
    select first.*, row_number() over () as place from (
      select j.id, j.priority, j.name, j.queue from jobs j where j.state = 'ready' and j.fair_key is not null
      order by j.priority, j.fair_key, j.run_at, j.id limit 10000) first) j
  where j.name = any (p_names) and serves(p_pool, j.queue) and j.id not in (select unnest(c.job_ids) from claims c where c.marks is not null) or j.place = 10000
  limit 1
$$;
