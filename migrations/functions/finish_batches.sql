-- Adds what has been counted to these batches, and to those that they are in once they finish; see fold_batches. Those for which the time
-- doesn't suffice are due at the next look.
create or replace function finish_batches(p_ids bigint[], p_until timestamptz) returns void
language plpgsql volatile set search_path from current
as $$
declare
  v_ids bigint[] := p_ids;
  v_id bigint;
  v_parents bigint[];
begin
  while v_ids <> '{}' loop
    v_ids := array(select b.id from batches b where b.id = any (v_ids) and (b.retry_at is null or is_retried(b))
                   order by b.id for update skip locked);
    perform add_counts(v_ids); -- in a later statement than the lock, which sees what its last holder has committed
    v_parents := '{}';
    foreach v_id in array v_ids loop
      if clock_timestamp() > p_until then
        update batches b set retry_at = now() where b.id = v_id and b.state = 'open';
      else
        v_parents := v_parents || advance_batch(v_id);
      end if;
    end loop;
    v_ids := array_remove(v_parents, null);
  end loop;
end
$$;
