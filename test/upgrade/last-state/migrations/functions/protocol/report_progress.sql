-- Stores how far a running job says that it is, in place of what it said before. Only through the session that claimed it, and only at
-- the fence that was claimed. Nobody is waited for: while another transaction has the job's row, a report is dropped.
--   p_backend  the backend that the drainer's session began on
--   p_job      the job
--   p_fence    the fence at which it was claimed
--   p_value    an object: percent, and text or null
create or replace function report_progress(p_backend integer, p_job bigint, p_fence integer, p_value jsonb) returns void
language plpgsql volatile set search_path from current
set enable_seqscan = off
as $$
begin
  perform assert_session(p_backend);
  perform from jobs j where j.id = p_job and j.fence = p_fence for no key update skip locked;
  if found then
    update jobs j set has_progress = true, features = coalesce(j.features, 0) | 2 where j.id = p_job and not j.has_progress;
    insert into progress (job_id, kind, name, value) values (p_job, 'report', '', p_value)
    on conflict (job_id, name) do update set value = excluded.value, saved_at = excluded.saved_at;
  end if;
end
$$;
