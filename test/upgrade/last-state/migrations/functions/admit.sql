-- Which of the jobs that were just locked may run now: the one place where a feature keeps a job back. What isn't admitted
-- leaves the claim index, and comes back by an event: a resumed queue, a freed key. A job that concerns no feature pays one
-- comparison for all of them.
--   p_state     the state that the jobs were claimed in: ready or suspect
--   p_features  the features of all of them together; null: none
create or replace function admit(p_drainer integer, p_ids bigint[], p_state text, p_features integer) returns bigint[]
language plpgsql volatile set search_path from current
as $$
declare
  c_limits constant integer := 1;
  v_admitted bigint[] := p_ids;
  v_paused text[] := array(select q.name from queues q where q.paused_at is not null);
begin
  if v_paused <> '{}' then
    perform hold_paused(v_admitted, v_paused);
    v_admitted := array(
      select a.id from unnest(v_admitted) with ordinality a (id, place)
      where not exists (select from jobs j where j.id = a.id and j.queue = any (v_paused)) order by a.place);
  end if;
  if p_features & c_limits <> 0 then
    v_admitted := grant_permits(p_drainer, v_admitted, p_state);
  end if;
  return v_admitted;
end
$$;
