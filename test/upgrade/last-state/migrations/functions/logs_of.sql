-- What a job's last executions have logged, of those whose logs are kept: up to 50, and 256 KiB, so that the result stays below a megabyte.
create or replace function logs_of(p_job bigint) returns table (log json, ended_at timestamptz)
language sql stable set search_path from current
as $$
  select json_build_object('attempt', l.attempt, 'outcome', l.outcome, 'startedAt', l.started_at, 'endedAt', l.ended_at, 'durationMs', l.duration_ms,
                           'drainerId', l.drainer_id, 'drainer', (select d.label from drainers d where d.id = l.drainer_id), 'lines', l.lines), l.ended_at
  from (select e.*, sum(octet_length(e.lines)) over (order by e.ended_at desc, e.attempt desc) as bytes
        from execution_logs e where e.job_id = p_job order by e.ended_at desc, e.attempt desc limit 50) l
  where l.bytes <= 262144
$$;
