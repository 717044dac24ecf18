-- A page of the batches, the newest first: of the next 5,000 ids downwards, so that no call reads more.
--   p_state   only those in this state; null: in any
--   p_parent  only those in this batch; null: all
--   p_before  the id below which to look; null: from the newest
--   p_limit   how many at most
--   returns   an object: batches, as get_batch has them, with the name of their workflow and without properties; next, where to look
--             next, or null: that was all
create or replace function list_batches(p_state text default null, p_parent bigint default null, p_before bigint default null, p_limit integer default 50)
returns json
language plpgsql stable set search_path from current
set enable_seqscan = off set jit = off
as $$
declare
  c_page constant integer := 5000;
  v_from bigint := coalesce(p_before, 9223372036854775807);
  v_next bigint;
  v_ids bigint[];
begin
  if p_parent is null then
    v_next := (select b.id from batches b where b.id < v_from order by b.id desc offset c_page - 1 limit 1);
    v_ids := array(
      select b.id from batches b
      where b.id < v_from and b.id >= coalesce(v_next, 0) and (p_state is null or b.state = p_state) order by b.id desc limit p_limit);
  else
    v_ids := array(
      select b.id from batches b
      where b.parent_id = p_parent and b.id < v_from and (p_state is null or b.state = p_state) order by b.id desc limit p_limit);
  end if;
  if cardinality(v_ids) = p_limit then
    v_next := v_ids[p_limit];
  end if;
  return json_build_object('next', v_next::text, 'batches', (
    select coalesce(json_agg(get_batch(i.id)::jsonb - 'properties' || jsonb_build_object('workflow', w.name) order by i.id desc), '[]')
    from unnest(v_ids) i (id) left join workflows w on w.batch_id = i.id));
end
$$;
