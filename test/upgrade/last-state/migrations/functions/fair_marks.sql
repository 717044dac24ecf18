-- How far claims have come with each key: the furthest of the recent ones of drainers that claim from these jobs or from more of
-- them. What is due earlier and became ready since is found without marks. As frontier_of, it doesn't look far back.
create or replace function fair_marks(p_scope integer, p_fits_ms bigint) returns setof fair_mark
language sql stable set search_path from current
as $$
  select distinct on (m.priority, m.fair_key) m.* from claims c, unnest(c.marks) m
  where c.id > (select last_value - 500 from claim_ids) and c.scope = p_scope and (c.fits_ms is null or c.fits_ms >= p_fits_ms)
  order by m.priority, m.fair_key, m.run_at desc, m.id desc
$$;
