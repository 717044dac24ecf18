-- Those of p_ids that these dead drainers had in flight and nobody has reaped yet.
create or replace function orphans_among(p_ids bigint[], p_dead integer[]) returns bigint[]
language sql stable set search_path from current
as $$
  select array(select j.id from unnest(p_dead) dead (id), held_by(dead.id) held join jobs j on j.id = held.job_id and j.fence = held.fence
               where j.id = any (p_ids))
$$;
