-- Who holds the lock of a job: the session, and the drainer whose it is.
--   p_id     the job
--   returns  null: nobody
create or replace function get_holder(p_id bigint) returns json
language sql stable set search_path from current
as $$
  select json_build_object(
    'backendPid', held.pid, 'drainerId', d.id::text, 'drainer', d.label, 'drainerStartedAt', d.started_at,
    'since', (select max(c.claimed_at) from claims c where c.drainer_id = d.id and p_id = any (c.job_ids)))
  from (select r.pid from running_jobs() r where r.job_id = p_id limit 1) held
  left join lateral (
    select d.id, d.label, d.started_at from drainers d
    where d.backend_pid = held.pid and d.ended_at is null order by d.id desc limit 1) d on true
$$;
