-- Asked by drainers at work: how many more are to be invoked. One is enough for the backlog that it can work off in the
-- next seconds (p_capacity); when jobs wait longer than 2 seconds there is one more. The number of drainers at most
-- doubles, once a second.
create or replace function request_help(p_drainer integer, p_names text[], p_capacity integer, p_max_drainers integer) returns integer
language plpgsql volatile set search_path from current
as $$
declare
  c_most_counted constant integer := 10000;
  v_awake integer;
  v_capacity integer := greatest(1, least(p_capacity, c_most_counted / p_max_drainers));
  v_waiting integer;
  v_oldest interval;
begin
  update wakes w set helped_at = clock_timestamp()
  where w.only_row in (select free.only_row from wakes free where free.helped_at < clock_timestamp() - interval '1 second' for update skip locked);
  if not found then
    return 0;
  end if;
  v_awake := 1 + count_awake(p_drainer);
  if v_awake >= p_max_drainers then
    return 0;
  end if;

  with held as materialized (
    select distinct unnest(c.job_ids) as id from claims c
  ), waiting as (
    select j.run_at from jobs j
    where j.state = 'ready' and j.name = any (p_names) and not exists (select from held h where h.id = j.id)
    order by j.priority, j.run_at, j.id limit c_most_counted
  )
  select count(*), clock_timestamp() - min(w.run_at) into v_waiting, v_oldest from waiting w;

  return greatest(0, least(p_max_drainers, 2 * v_awake, greatest(
    ceil(v_waiting / v_capacity::numeric), case when v_oldest > interval '2 seconds' then v_awake + 1 else 0 end)) - v_awake);
end
$$;
