-- Holds concurrency limits: gives permits to as many of the jobs as their keys have room for, blocks the others, and with
-- them what else is ready under a key that is full, so that claims don't meet it job by job. Whoever counts or frees
-- permits of a key holds that key's lock for the length of its short transaction, so a job is blocked only while a
-- permit is held whose release will look for it. Under these locks no row is waited for that is not the caller's.
create or replace function admit(p_drainer integer, p_ids bigint[], p_state text) returns void
language plpgsql volatile set search_path from current
as $$
declare
  v_keys text[] := array(select distinct j.concurrency_key from jobs j where j.id = any (p_ids) and j.concurrency_key is not null);
  v_full text[];
begin
  perform lock_keys(v_keys);
  perform remember_limits(v_keys);

  with asking as (
    select j.id, j.concurrency_key, row_number() over (partition by j.concurrency_key order by j.priority, j.run_at, j.id) as place
    from jobs j where j.id = any (p_ids) and j.state = p_state and j.concurrency_key is not null
  ), room as materialized (
    select f.concurrency_key, f.concurrency_limit - (
      select count(*) from permits p where p.concurrency_key = f.concurrency_key and p.job_id <> all (p_ids)) as places
    from limits_in_force(v_keys) f
  ), refused as (
    select a.id from asking a join room r on r.concurrency_key = a.concurrency_key where a.place > r.places
  ), blocked as (
    update jobs j set state = 'blocked' where j.id in (select r.id from refused r) returning j.concurrency_key
  ), admitted as (
    insert into permits (job_id, concurrency_key, drainer_id)
    select a.id, a.concurrency_key, p_drainer from asking a where a.id not in (select r.id from refused r)
    on conflict (job_id) do update set drainer_id = excluded.drainer_id -- of a dead drainer that is not buried yet
  )
  select array_agg(distinct b.concurrency_key) into v_full from blocked b;

  if v_full is not null then
    perform block_ready(v_full);
  end if;
end
$$;
