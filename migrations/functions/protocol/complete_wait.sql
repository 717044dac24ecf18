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
begin
  if p_token is null or length(p_token) not between 1 and 512 then
    perform refuse(format('p_token is %s: give text of 1 to 512 characters', coalesce(to_json(left(p_token, 100))::text, 'null')));
  end if;
  if starts_with(p_token, 'sluice:') then
    perform refuse(format('p_token is %s: tokens that begin with sluice: are those of Sluice itself', to_json(left(p_token, 100))::text));
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
    select e.* into outcome, job_ids from end_wait(p_token, p_value) e;
    exit when outcome <> 'unknown' or not p_early; -- the job that had opened it has ended in between
  end loop;
end
$$;
