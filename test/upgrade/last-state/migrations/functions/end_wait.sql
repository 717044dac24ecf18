-- Completes a token, if it is open, and holds it until the caller's commit. Returns the outcome, as complete_wait.
create or replace function end_wait(p_token text, p_value jsonb, p_early boolean) returns text
language plpgsql volatile set search_path from current
set enable_seqscan = off
as $$
declare
  v_state text;
begin
  loop
    if p_early then
      insert into waits (token, state, value, ended_at) values (p_token, 'completed', p_value, now()) on conflict do nothing;
      if found then
        return 'completed';
      end if;
    end if;
    -- read once, under the lock: between two looks a job may open the token
    select w.state into v_state from waits w where w.token = p_token for update;
    exit when found or not p_early; -- the job that had opened it has ended in between
  end loop;
  if v_state is distinct from 'open' then
    return case v_state when 'completed' then 'already_completed' else coalesce(v_state, 'unknown') end;
  end if;
  update waits w set state = 'completed', value = p_value, ended_at = now() where w.token = p_token;
  return 'completed';
end
$$;
