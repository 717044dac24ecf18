-- Notes what a drainer's executions came to since it last did. It is no part of what settles them: if it fails, only these numbers
-- are lost, as in a crash of the server within a moment, because it commits asynchronously.
--   p_measures  a list of objects with the columns of noted_measures
create or replace function note_measures(p_measures json) returns void
language plpgsql volatile set search_path from current
as $$
begin
  perform set_config('synchronous_commit', 'off', true);
  insert into noted_measures (starts_at, name, queue, succeeded, retried, discarded, canceled, snoozed, busy_ms, waited_ms, billed_mb_ms, runs, waits)
  select m.starts_at, m.name, m.queue, m.succeeded, m.retried, m.discarded, m.canceled, m.snoozed, m.busy_ms, m.waited_ms, m.billed_mb_ms, m.runs, m.waits
  from json_populate_recordset(null::noted_measures, p_measures) m;
  if not exists (select from last_job_ids l where l.minute_at = date_bin('1 minute', now(), 'epoch')) then
    insert into last_job_ids (minute_at, job_id) select date_bin('1 minute', now(), 'epoch'), i.last_value from job_ids i on conflict do nothing;
  end if;
end
$$;
