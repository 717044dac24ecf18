-- Keeps an open batch open until the caller's commit, so that what the caller adds is in time. Those who add don't wait for each other,
-- and retries don't wait for them: only who finishes the batch has a lock that goes with neither.
create or replace function hold_batch(p_batch bigint) returns void
language plpgsql volatile set search_path from current
as $$
declare
  v_state text;
begin
  select b.state into v_state from batches b where b.id = p_batch for key share;
  if v_state is null then
    raise exception using errcode = 'SL021', message = format('No batch has the id %s, or its history was dropped', p_batch);
  elsif v_state <> 'open' then
    raise exception using errcode = 'SL020',
      message = format('Batch %s has finished, as %s: jobs can be added while it is open. Enqueue another batch', p_batch, v_state);
  end if;
end
$$;
