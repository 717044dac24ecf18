-- Up to p_limit jobs at the head of each of the two orders in which ready jobs are claimed. Inlined by the planner.
create or replace function first_ready(p_limit integer) returns table (id bigint, name text, queue text, run_at timestamptz)
language sql stable
begin atomic
  (select j.id, j.name, j.queue, j.run_at from jobs j where j.state = 'ready' and j.fair_key is null
   order by j.priority, j.run_at, j.id limit p_limit)
  union all
  (select j.id, j.name, j.queue, j.run_at from jobs j where j.state = 'ready' and j.fair_key is not null
   order by j.priority, j.fair_key, j.run_at, j.id limit p_limit);
end
