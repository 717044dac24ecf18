-- A batch and its inner batches, those within these too: what is retried or canceled together. None if the id is unknown.
--   p_id     the batch
--   p_fires  whether the callbacks of those that have finished are enqueued again once they finish again
create or replace function batch_family(p_id bigint, p_fires boolean default false) returns bigint[]
language plpgsql volatile set search_path from current
as $$
declare
  v_ids bigint[];
begin
  with recursive family as (
    select b.id from batches b where b.id = p_id
    union all
    select b.id from family f join batches b on b.parent_id = f.id
  )
  select coalesce(array_agg(f.id), '{}') into v_ids from family f;
  if p_fires then
    perform from batches b where b.id = any (v_ids) order by b.id for no key update; -- as reopen_batches
    update batches b set fires = true, fires_discard = true where b.id = any (v_ids) and b.state <> 'open';
  end if;
  return v_ids;
end
$$;
