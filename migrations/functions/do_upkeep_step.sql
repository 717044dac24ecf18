-- One bounded piece of a step. Answers whether there may be more of it.
create or replace function do_upkeep_step(p_step text, p_keep interval, p_now timestamptz) returns boolean
language plpgsql volatile set search_path from current
as $$
declare
  v_today date := (p_now at time zone 'UTC')::date;
  v_oldest date := ((p_now - p_keep) at time zone 'UTC')::date;
begin
  return case p_step
    when 'prepare finished' then prepare_next_partition('finished', 'finished_at', v_today)
    when 'prepare executions' then prepare_next_partition('executions', 'ended_at', v_today)
    when 'expire finished' then expire_history('finished', 'finished_at', v_oldest)
    when 'expire executions' then expire_history('executions', 'ended_at', v_oldest)
    when 'forget idempotency keys' then forget_idempotency_keys(p_now)
    when 'forget drainers' then forget_drainers(p_now)
  end;
end
$$;
