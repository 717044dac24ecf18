-- Where the history has these jobs.
create or replace function places_of(p_ids bigint[]) returns finished_place[]
language sql volatile set search_path from current
as $$
  select array(select past.place from finished_among(p_ids) past)
$$;
