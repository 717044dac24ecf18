-- Notes that a running job waits for an event from now on, or will. Locking its row gives the transaction its id before it reads which
-- ones are open, so whoever sees an event committed after that can tell when this transaction has ended (see match_emitted).
--   returns  whether the job is still the caller's
create or replace function begin_event_wait(p_job bigint, p_fence integer, p_key text, p_event text, p_match jsonb) returns boolean
language plpgsql volatile set search_path from current
set enable_seqscan = off
as $$
declare
  v_shape text := shape_of(p_match);
begin
  perform from jobs j where j.id = p_job and j.fence = p_fence for no key update;
  if not found then
    return false;
  end if;
  if octet_length(v_shape) > 2000 then
    perform refuse(format('match has too many values, or they are too deep: %s', left(p_match::text, 100)));
  end if;
  -- asked first, because the insert would wait for an emit that ends the wait and isn't committed
  if not exists (select from event_waits w where w.job_id = p_job and w.key = p_key) then
    insert into event_waits (job_id, key, event, match, shape, match_hash, is_waiting, since)
    values (p_job, p_key, p_event, p_match, v_shape, hash_at(v_shape, p_match), false, pg_current_snapshot())
    on conflict do nothing;
  end if;
  return true;
end
$$;
