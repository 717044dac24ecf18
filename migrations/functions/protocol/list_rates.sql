-- A page of the keys of rates whose starts count, of which jobs wait, or for which an operator has set a rate, in their order.
--   p_after   only those behind this key
--   p_limit   how many at most
--   p_most    a count of waiting jobs stops behind this number
--   returns   a list of objects, as the API has them
create or replace function list_rates(p_after text default '', p_limit integer default 50, p_most integer default 1000) returns json
language sql stable set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set jit = off
as $$
  with page as materialized (
    select coalesce(r.rate_key, o.target) as rate_key, r.next_at, o.rate, o.target is not null as is_overridden
    from (select own.* from rates own where own.rate_key > p_after order by own.rate_key limit p_limit) r
    full join (select given.* from limit_overrides given where given.kind = 'rate' and given.target > p_after) o on o.target = r.rate_key
    order by 1 limit p_limit
  ), force as materialized (
    select f.* from rates_in_force(array(select p.rate_key from page p)) f
  )
  select coalesce(json_agg(json_build_object(
    'key', p.rate_key, 'limit', (holds.rate).starts, 'perMs', (holds.rate).per_ms, 'burst', (holds.rate).burst,
    'room', coalesce(rate_room(holds.rate, now(), f.started_at, f.starts), (holds.rate).burst), 'nextAt', p.next_at, 'overridden', p.is_overridden,
    'waiting', (select count(*) from (select from jobs j where j.rate_key = p.rate_key and j.state = 'throttled' limit p_most + 1) j)) order by p.rate_key), '[]')
  from page p left join force f on f.rate_key = p.rate_key cross join lateral (select coalesce(p.rate, f.rate) as rate) holds
$$;
