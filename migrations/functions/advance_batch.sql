-- Enqueues the callbacks that are due of an open batch which the caller has locked, and finishes it if no job of it is pending. Its state
-- changes once, in the transaction that enqueues them. A callback that can't be stored is tried again, with the batch still open: its queue
-- may be full, or a transaction that enqueues with the same key is open. This runs in claims, and doesn't wait for such a transaction.
--   returns  the batch that it is in, if it has finished
create or replace function advance_batch(p_batch bigint) returns bigint
language plpgsql volatile set search_path from current set lock_timeout = '50ms'
as $$
declare
  c_retry constant interval := '10 seconds';
  c_soon constant interval := '1 second'; -- if somebody had a lock
  v_batch batches;
  v_is_done boolean;
begin
  select b.* into v_batch from batches b where b.id = p_batch;
  v_is_done := v_batch.succeeded + v_batch.discarded + v_batch.canceled >= v_batch.total;
  if v_batch.state <> 'open' or not v_is_done and not (v_batch.fires_discard and v_batch.discarded > 0) then
    update batches b set retry_at = null, error = null where b.id = p_batch and b.retry_at is not null; -- jobs were added meanwhile
    return null;
  end if;
  begin
    if v_batch.fires_discard and v_batch.discarded > 0 then
      perform store_callback(v_batch, 'onDiscard');
      update batches b set fires_discard = false, retry_at = null, error = null where b.id = p_batch;
    end if;
    if v_is_done then
      if v_batch.fires then
        perform store_callback(v_batch, 'onFinish');
        perform store_callback(v_batch, 'onSuccess') where v_batch.succeeded = v_batch.total;
      end if;
      update batches b set state = case when b.succeeded = b.total then 'succeeded' else 'failed' end, finished_at = now(), fires = false, gathers = false,
                           retry_at = null, error = null where b.id = p_batch;
      perform end_wait(token_of_batch(p_batch)) where v_batch.gathers;
      if v_batch.parent_id is not null then
        perform count_ends(array[(v_batch.parent_id, end_of_batch(v_batch), null, null)::batch_end]);
        return v_batch.parent_id;
      end if;
    end if;
  exception when others then
    update batches b set retry_at = now() + case when sqlstate = '55P03' then c_soon else c_retry end, error = left(sqlerrm, 2000) where b.id = p_batch;
  end;
  return null;
end
$$;
