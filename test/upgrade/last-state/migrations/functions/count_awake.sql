-- How many drainers of a pool (null: of none), without p_but, will look once more before they end for work of one of p_names (null: for any), and are not
-- busy with suspects, beside which they take nothing. Each holds a lock that says so, and releases it before its last look. The
-- lock is tried shared: of two who count at once, neither takes the other for a drainer.
create or replace function count_awake(p_but integer default null, p_names text[] default null, p_pool pool default null) returns integer
language plpgsql volatile set search_path from current
as $$
declare
  v_id integer;
  v_awake integer := 0;
begin
  for v_id in
    select d.id from drainers d
    where d.ended_at is null and d.id is distinct from p_but and d.pool is not distinct from p_pool and (p_names is null or d.names is null or d.names && p_names)
      and not exists (select from claims c where c.drainer_id = d.id and c.is_apart)
  loop
    if pg_try_advisory_lock_shared(lock_space('awake'), v_id) then
      perform pg_advisory_unlock_shared(lock_space('awake'), v_id);
    else
      v_awake := v_awake + 1;
    end if;
  end loop;
  return v_awake;
end
$$;
