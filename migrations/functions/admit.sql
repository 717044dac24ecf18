-- Holds concurrency limits: gives permits to as many of the jobs as their keys have room for, blocks the others.
-- Whoever counts or frees permits of a key holds that key's lock for the length of its short transaction, so a job
-- is blocked only while a permit is held whose release will look for it.
create or replace function admit(p_drainer integer, p_ids bigint[], p_state text) returns void
language plpgsql volatile set search_path from current
as $$
begin
  perform lock_keys(array(select j.concurrency_key from jobs j where j.id = any (p_ids)));

  with asking as (
    select j.id, j.concurrency_key, j.concurrency_limit,
           row_number() over (partition by j.concurrency_key order by j.priority, j.run_at, j.id) as place
    from jobs j where j.id = any (p_ids) and j.state = p_state and j.concurrency_key is not null
  ), refused as (
    select a.id from asking a
    where a.place + (select count(*) from permits p where p.concurrency_key = a.concurrency_key and p.job_id <> a.id) > a.concurrency_limit
  ), blocked as (
    update jobs j set state = 'blocked' where j.id in (select r.id from refused r)
  )
  insert into permits (job_id, concurrency_key, drainer_id)
  select a.id, a.concurrency_key, p_drainer from asking a where a.id not in (select r.id from refused r)
  on conflict (job_id) do update set drainer_id = excluded.drainer_id; -- of a dead drainer that is not reaped yet
end
$$;
