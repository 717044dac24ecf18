-- Makes the jobs due that wait for a token, and returns them. Raises lock_not_available if somebody has one of them.
create or replace function make_waiting_due(p_token text) returns bigint[]
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_ids bigint[] := array(
    select waiting.id from waiting_jobs w, lateral (
      select j.id from jobs j where j.id = w.job_id and j.state = 'scheduled' and j.run_at > now() limit 1 for no key update nowait) waiting
    where w.token = p_token and w.is_waiting);
begin
  update jobs j set run_at = now() where j.id = any (v_ids);
  update waiting_jobs w set is_waiting = false where w.token = p_token and w.job_id = any (v_ids); -- once, as resume_completed
  return v_ids;
end
$$;
