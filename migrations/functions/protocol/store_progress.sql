-- Stores a checkpoint, through whatever connection: one that is saved with the work of a transaction goes through that
-- transaction's. The lock on the job's row keeps whoever reaps its drainer from the job until the transaction ends, so that the
-- next execution sees this checkpoint if and only if it sees the work. A job that has failed gets its attempts back: they count what
-- failed since the last checkpoint. How often it was resumed after one is kept.
--   p_job       the job
--   p_fence     the fence at which it was claimed
--   p_kind      step, cursor or sleep
--   p_name      the name of the step, cursor or sleep
--   p_value     of a step its result, of a cursor its position
--   p_sleep_ms  of a sleep: until its end
--   returns     whether the job is still the caller's
create or replace function store_progress(p_job bigint, p_fence integer, p_kind text, p_name text, p_value jsonb, p_sleep_ms bigint default null)
returns boolean
language plpgsql volatile set search_path from current
set enable_seqscan = off
as $$
declare
  v_is_noted boolean;
begin
  select j.has_progress and j.attempts = 0 into v_is_noted from jobs j where j.id = p_job and j.fence = p_fence for no key update;
  if not found then
    return false;
  end if;
  if not v_is_noted then
    update jobs j set has_progress = true, features = coalesce(j.features, 0) | 2, attempts = 0,
                      rule_failures = case when j.rule_failures ? 'maxResumptions' then jsonb_build_object('maxResumptions', j.rule_failures->'maxResumptions') end
    where j.id = p_job;
  end if;

  insert into progress (job_id, kind, name, value, until_at)
  values (p_job, p_kind, p_name, p_value, now() + p_sleep_ms * interval '1 millisecond')
  on conflict (job_id, name) do update set value = excluded.value, saved_at = excluded.saved_at;
  return true;
end
$$;
