-- Enforces rates: of the jobs that were just locked, keeps back those that may not start now. They leave the claim's index until a
-- tick finds that they may (see unthrottle). Whoever counts the starts of a key, or throttles its jobs, holds its lock for the
-- length of a short transaction. Where most may not start, what else is ready under their keys is throttled with them.
-- Returns the jobs that may start, as far as their rates are concerned. Their starts are counted once they are admitted.
create or replace function throttle_jobs(p_ids bigint[], p_state text) returns bigint[]
language plpgsql volatile set search_path from current
set enable_hashjoin = on -- of keys with their rates; every job is looked up by its id
as $$
declare
  v_keys text[] := rate_keys_of(p_ids);
  v_free text[];
  v_at timestamptz;
  v_asking integer;
  v_throttled text[];
  v_may_start bigint[];
begin
  v_free := lock_free_keys(array(select rate_lock(key) from unnest(v_keys) key));
  v_keys := array(select key from unnest(v_keys) key where rate_lock(key) = any (v_free));
  v_at := clock_timestamp();

  with in_force as materialized (
    select f.rate_key, rate_room(f.rate, v_at, f.started_at, f.starts) as room from rates_in_force(v_keys) f
  ), claimed as materialized (
    select j.*, given.place
    from unnest(p_ids) with ordinality given (id, place), lateral (
      select j.id, j.rate_key, j.priority, j.run_at from jobs j where j.id = given.id and j.state = p_state limit 1) j
  ), asking as materialized (
    select c.id, c.rate_key, row_number() over (partition by c.rate_key order by c.priority, c.run_at, c.id) as place
    from claimed c where c.rate_key = any (v_keys)
  ), refused as materialized (
    select a.id from asking a join in_force f on f.rate_key = a.rate_key where a.place > f.room
  ), throttled as (
    update jobs j set state = 'throttled'
    where j.id = any (array(
      select free.id from refused r, lateral (select j.id from jobs j where j.id = r.id limit 1 for no key update skip locked) free))
    returning j.rate_key
  )
  select (select count(*) from asking), array(select t.rate_key from throttled t), array(
    select c.id from claimed c
    where c.rate_key is null or c.rate_key = any (v_keys) and c.id not in (select r.id from refused r) order by c.place)
  into v_asking, v_throttled, v_may_start;

  if v_throttled <> '{}' then
    v_keys := array(select distinct key from unnest(v_throttled) key);
    if cardinality(v_throttled) > v_asking / 2 then
      perform throttle_ready(v_keys, v_may_start);
    end if;
    perform count_starts(v_keys, null, v_at);
  end if;
  return v_may_start;
end
$$;
