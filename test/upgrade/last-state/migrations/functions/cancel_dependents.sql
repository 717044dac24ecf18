-- Cancels waiting jobs of which a parent has failed, whose rows the caller has locked, and with them those that run only after them, a thousand at
-- most: the others follow in the next look. Null: none.
create or replace function cancel_dependents(p_ids bigint[]) returns void
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  c_set constant integer := 1000;
  v_lost bigint[];
begin
  if p_ids is null then
    return;
  end if;
  with recursive lost (id) as (
    select unnest(p_ids)
    union
    select next.id from lost l cross join lateral edges_after(l.id) d cross join lateral (
      select j.id from jobs j where j.id = d.child_id and j.state = 'waiting' limit 1) next where d.on_failure = 'fail'
  )
  select array_agg(first.id) into v_lost from (select l.id from lost l limit c_set + cardinality(p_ids)) first;
  perform finish_canceled(v_lost, 'parent_failed');
end
$$;
