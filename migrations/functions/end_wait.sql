-- Completes a token, once: the jobs that wait for it are due now.
--   p_value  what they get
--   outcome  completed; already_completed or timed_out, and nothing is changed; unknown: there is no such token
--   job_ids  the jobs that are due now
create or replace function end_wait(p_token text, p_value jsonb default null, out outcome text, out job_ids bigint[])
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_state text;
begin
  job_ids := '{}';
  -- read once, under the lock: between two looks a job may open the token
  select w.state into v_state from waits w where w.token = p_token for update;
  if v_state is distinct from 'open' then
    outcome := case v_state when 'completed' then 'already_completed' else coalesce(v_state, 'unknown') end;
    return;
  end if;
  update waits w set state = 'completed', value = p_value, ended_at = now() where w.token = p_token;
  outcome := 'completed';
  -- a later statement: it sees who came to wait until the update had its lock. A job that is still being settled is due by resume_completed
  with due as (
    update jobs j set run_at = now() from waiting_jobs w
    where w.token = p_token and w.is_waiting and j.id = w.job_id and j.state = 'scheduled' and j.run_at > now()
    returning j.id
  ), resumed as (
    update waiting_jobs w set is_waiting = false from due d where w.token = p_token and w.job_id = d.id
  )
  select array_agg(d.id) into job_ids from due d;
  job_ids := coalesce(job_ids, '{}');
  if job_ids <> '{}' then
    perform notify_lingering();
  end if;
end
$$;
