-- Completes a token, once: the jobs that wait for it are due now.
--   p_value  what they get
--   outcome  completed; already_completed or timed_out, and nothing is changed; unknown: there is no such token
--   job_ids  the jobs that are due now
create or replace function end_wait(p_token text, p_value jsonb default null, out outcome text, out job_ids bigint[])
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_is_held boolean := false;
  v_state text;
begin
  job_ids := '{}';
  loop
    begin
      -- read once, under the lock: between two looks a job may open the token
      select w.state into v_state from waits w where w.token = p_token for update;
      v_is_held := true;
      if v_state is distinct from 'open' then
        outcome := case v_state when 'completed' then 'already_completed' else coalesce(v_state, 'unknown') end;
        return;
      end if;
      update waits w set state = 'completed', value = p_value, ended_at = now() where w.token = p_token;
      -- a later statement: it sees who came to wait until the token was held. A job that is still being settled is due by resume_completed
      job_ids := make_waiting_due(p_token);
      exit;
    exception when lock_not_available then
      if not v_is_held then
        raise;
      end if;
    end;
    -- Somebody has a job that waits. Who cancels it waits for the token, which is free again: so this waits for the job first.
    perform from jobs j where j.id = any (array(select w.job_id from waiting_jobs w where w.token = p_token and w.is_waiting))
    order by j.id for no key update;
    v_is_held := false;
  end loop;
  outcome := 'completed';
  if not sees_commits() then
    insert into unseen_waits (token) values (p_token);
  end if;
  if job_ids <> '{}' then
    perform notify_lingering();
  end if;
end
$$;
