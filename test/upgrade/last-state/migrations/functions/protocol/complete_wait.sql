-- Completes a token, once: the jobs that wait for it are due now, and get the value.
--   p_token  the token
--   p_value  the value, up to 256 KiB
--   p_early  whether a token that no job has opened or waited for is completed, too, for one that comes to it within 30 days
--   outcome  completed; already_completed or timed_out, and nothing is changed; unknown: there is no such token
--   job_ids  the jobs that are due now
create or replace function complete_wait(p_token text, p_value jsonb default null, p_early boolean default false, out outcome text, out job_ids bigint[])
language plpgsql volatile security definer set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_state text;
begin
  if p_token is null or length(p_token) not between 1 and 512 then
    perform refuse(format('p_token is %s: give text of 1 to 512 characters', coalesce(to_json(left(p_token, 100))::text, 'null')));
  end if;
  perform assert_json(p_value, 'p_value', 262144);
  job_ids := '{}';
  loop
    if p_early then
      insert into waits (token, state, value, ended_at) values (p_token, 'completed', p_value, now()) on conflict do nothing;
      if found then
        outcome := 'completed';
        return;
      end if;
    end if;
    -- read once, under the lock: between two looks a job may open the token
    select w.state into v_state from waits w where w.token = p_token for update;
    exit when found or not p_early; -- the job that had opened it has ended in between
  end loop;
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
  )
  select array_agg(d.id) into job_ids from due d;
  job_ids := coalesce(job_ids, '{}');
  if job_ids <> '{}' then
    perform notify_lingering();
  end if;
end
$$;
