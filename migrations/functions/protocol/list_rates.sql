-- A page of the keys of rates whose starts count, or of which jobs wait, in their order.
--   p_after   only those behind this key
--   p_limit   how many at most
--   p_most    a count of waiting jobs stops behind this number
--   returns   a list of objects, as the API has them
create or replace function list_rates(p_after text default '', p_limit integer default 50, p_most integer default 1000) returns json
language sql stable set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set jit = off
as $$
  with page as materialized (
    select r.* from rates r where r.rate_key > p_after order by r.rate_key limit p_limit
  ), force as materialized (
    select f.* from rates_in_force(array(select p.rate_key from page p)) f
  )
  select coalesce(json_agg(json_build_object(
    'key', p.rate_key, 'limit', (f.rate).starts, 'perMs', (f.rate).per_ms, 'burst', (f.rate).burst,
    'room', coalesce(rate_room(f.rate, now(), f.started_at, f.starts), (f.rate).burst), 'nextAt', p.next_at,
    'waiting', (select count(*) from (select from jobs j where j.rate_key = p.rate_key and j.state = 'throttled' limit p_most + 1) j)) order by p.rate_key), '[]')
  from page p join force f on f.rate_key = p.rate_key
$$;
