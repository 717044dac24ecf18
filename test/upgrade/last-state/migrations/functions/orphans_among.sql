-- Those of p_ids that these dead drainers had in flight and nobody has reaped yet.
create or replace function orphans_among(p_ids bigint[], p_dead integer[]) returns bigint[]
language sql stable set search_path from current
as $$
  select array(
    select orphan.id from (
      select now.id, now.fence from unnest(p_ids) given (id), lateral (select j.id, j.fence from jobs j where j.id = given.id limit 1) now
      intersect
      select held.job_id, held.fence from unnest(p_dead) dead (id), held_by(dead.id) held) orphan)
$$;
