-- Keeps as many of the jobs that were just locked, in their order, as fit into p_max_bytes, and at least the first. Unlocks the
-- others.
create or replace function trim_to_bytes(p_ids bigint[], p_max_bytes bigint) returns bigint[]
language plpgsql volatile set search_path from current
as $$
declare
  v_kept bigint[];
begin
  select array_agg(s.id order by s.place) into v_kept
  from (
    select l.id, l.place, sum(case when j.large_bytes <= max_inline_bytes() then j.large_bytes else 0 end) over (order by l.place) as bytes
    from unnest(p_ids) with ordinality l (id, place) left join jobs j on j.id = l.id) s
  where s.place = 1 or s.bytes <= p_max_bytes;

  perform unlock_jobs(p_ids[cardinality(v_kept) + 1:]);
  return v_kept;
end
$$;
