-- Enforces concurrency limits: gives permits to as many of the jobs as their keys have room for, and blocks the others. Whoever
-- counts or frees permits of a key holds that key's lock for the length of its short transaction, so a job is blocked only
-- while a permit is held whose release will look for it. Where most were refused, what else is ready under their keys is
-- blocked with them, so that claims don't meet those jobs one by one. Keys are locked last: a transaction that holds them
-- waits for no job's row, because a row that is locked is being moved by another transaction.
-- Returns the jobs that may run: those without a key, and those that have a permit of this drainer now.
create or replace function grant_permits(p_drainer integer, p_ids bigint[], p_state text) returns bigint[]
language plpgsql volatile set search_path from current
set enable_bitmapscan = off set enable_hashjoin = on -- of keys with their limits; every job is looked up by its id
as $$
declare
  v_keys text[];
  v_asking integer;
  v_refused text[];
  v_granted bigint[];
begin
  v_keys := lock_free_keys(keys_of(p_ids));

  with in_force as materialized (
    select f.* from limits_in_force(v_keys) f
  ), remembered as (
    insert into limits as l (concurrency_key, concurrency_limit, job_id)
    select f.concurrency_key, f.concurrency_limit, f.job_id from in_force f
    where f.is_mixed or exists (select from limits known where known.concurrency_key = f.concurrency_key)
    on conflict (concurrency_key) do update set concurrency_limit = excluded.concurrency_limit, job_id = excluded.job_id
      where l.job_id < excluded.job_id
  ), claimed as materialized (
    select j.*, given.place
    from unnest(p_ids) with ordinality given (id, place), lateral (
      select j.id, j.concurrency_key, j.priority, j.run_at from jobs j where j.id = given.id and j.state = p_state limit 1) j
  ), asking as materialized (
    select c.id, c.concurrency_key, row_number() over (partition by c.concurrency_key order by c.priority, c.run_at, c.id) as place
    from claimed c where c.concurrency_key = any (v_keys)
  ), held as materialized (
    select f.concurrency_key, f.allowed, coalesce(counted.permits, 0) as permits
    from in_force f left join (
      select p.concurrency_key, count(*) as permits from permits p where p.concurrency_key = any (v_keys) group by p.concurrency_key) counted
      on counted.concurrency_key = f.concurrency_key
  ), refused as materialized (
    select a.id from asking a join held h on h.concurrency_key = a.concurrency_key
    where a.place + h.permits > h.allowed
      + (select count(*) from permits own where own.job_id = a.id and own.concurrency_key = a.concurrency_key)
  ), blocked as (
    update jobs j set state = 'blocked', waits_for = null
    where j.id = any (array(
      select free.id from refused r, lateral (select j.id from jobs j where j.id = r.id limit 1 for no key update skip locked) free))
    returning j.concurrency_key
  ), admitted as (
    insert into permits (job_id, concurrency_key, drainer_id)
    select a.id, a.concurrency_key, p_drainer from asking a where a.id not in (select r.id from refused r)
    on conflict (job_id, concurrency_key) do update set drainer_id = excluded.drainer_id -- of a dead drainer that is not reaped yet
  )
  select (select count(*) from asking), array(select b.concurrency_key from blocked b), array(
    select c.id from claimed c
    where c.concurrency_key is null or c.concurrency_key = any (v_keys) and c.id not in (select r.id from refused r) order by c.place)
  into v_asking, v_refused, v_granted;

  if cardinality(v_refused) > v_asking / 2 then
    perform block_ready(array(select distinct key from unnest(v_refused) key));
  end if;
  return v_granted;
end
$$;
