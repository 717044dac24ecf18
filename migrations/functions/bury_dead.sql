-- Buries every drainer whose session has ended without closing, and answers how many of their executions it ended.
-- Costs one try of a lock for each drainer that lives.
create or replace function bury_dead(p_drainer integer) returns integer
language plpgsql volatile set search_path from current
as $$
declare
  v_dead integer[];
  v_buried integer;
begin
  with others as materialized (
    select d.id from drainers d where d.ended_at is null and d.id <> p_drainer
  )
  select array_agg(o.id) into v_dead from others o where pg_try_advisory_lock(lock_space('drainer'), o.id);
  select coalesce(sum(bury(p_drainer, dead)), 0) into v_buried from unnest(v_dead) dead;
  perform pg_advisory_unlock(lock_space('drainer'), dead) from unnest(v_dead) dead;
  return v_buried;
end
$$;
