-- Keeps a request under way until the caller's commit, so that another call with its key sees what it has done. That call is refused
-- meanwhile (SL010): who has no answer asks again. Read what is known of the request in a later statement, which sees what the last
-- holder has committed.
create or replace function hold_request(p_key text) returns void
language plpgsql volatile set search_path from current
as $$
begin
  if not pg_try_advisory_xact_lock(lock_space('request'), hashtext(p_key)) then
    raise exception using errcode = 'SL010', message = 'A request with this idempotency key is in progress: send it again in a second';
  end if;
end
$$;
