-- The next priority, from p_least on, of jobs that take turns. Null: there is none. Inlined.
create or replace function fair_priority_from(p_least integer) returns integer
language sql stable
begin atomic
  select j.priority from jobs j where j.state = 'ready' and j.fair_key is not null and j.priority >= p_least order by j.priority limit 1;
end
