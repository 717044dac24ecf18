-- When the next scheduled job of a pool is due, of those due after p_since, among the next 1,000 of any pool. Not inlined: most
-- drainers have no pool, and would plan it for nothing. The settings of the caller apply.
create or replace function due_for_pool(p_since timestamptz, p_pool pool) returns timestamptz
language sql volatile set search_path from current
as $$
  select min(next.run_at) from (
    select s.run_at, s.queue from jobs s where s.state = 'scheduled' and s.run_at > p_since order by s.run_at limit 1000) next
  where (next.queue = any ((p_pool).queues)) <> (p_pool).excepts
$$;
