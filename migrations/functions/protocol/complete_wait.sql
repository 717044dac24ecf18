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
  v_is_held boolean := false;
begin
  if p_token is null or length(p_token) not between 1 and 512 then
    perform refuse(format('p_token is %s: give text of 1 to 512 characters', coalesce(to_json(left(p_token, 100))::text, 'null')));
  end if;
  perform assert_json(p_value, 'p_value', 262144);
  loop
    begin
      outcome := end_wait(p_token, p_value, p_early);
      v_is_held := true;
      -- A later statement: it sees who came to wait until the token was held. A job that is still being settled is due by resume_completed.
      job_ids := case when outcome = 'completed' then make_waiting_due(p_token) else '{}' end;
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
  if job_ids <> '{}' then
    perform notify_lingering();
  end if;
end
$$;
