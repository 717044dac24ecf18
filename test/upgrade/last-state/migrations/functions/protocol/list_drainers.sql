-- The drainers that have not ended, the newest first; or a page of those that have, the last to end first.
--   p_ended   which of both
--   p_before  with p_id, the place behind which to look: an end, in microseconds since 1970; null: from the last. Only for those that have ended
--   p_id      see p_before
--   p_limit   how many at most
--   returns   an object: drainers; next, with its two parts, or null: that was all
create or replace function list_drainers(p_ended boolean default false, p_before bigint default null, p_id integer default null, p_limit integer default 100)
returns json
language plpgsql stable set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set jit = off
as $$
declare
  v_before timestamptz := coalesce(timestamptz 'epoch' + p_before * interval '1 microsecond', 'infinity');
  v_ids integer[];
begin
  if p_ended then
    v_ids := array(
      select d.id from drainers d
      where d.ended_at is not null and d.ended_at <= v_before and (d.ended_at < v_before or d.id < p_id)
      order by d.ended_at desc, d.id desc limit p_limit);
  else
    v_ids := array(select d.id from drainers d where d.ended_at is null order by d.id desc limit p_limit);
  end if;
  return json_build_object('drainers', drainers_json(v_ids), 'next', (
    select (extract(epoch from d.ended_at) * 1000000)::bigint || '-' || d.id
    from drainers d where p_ended and cardinality(v_ids) = p_limit and d.id = v_ids[p_limit]));
end
$$;
