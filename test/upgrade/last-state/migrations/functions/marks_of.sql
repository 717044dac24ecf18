-- The places of jobs, in their order, as marks.
create or replace function marks_of(p_ids bigint[]) returns fair_mark[]
language sql volatile set search_path from current
as $$
  select array(
    select (j.priority, j.fair_key, j.run_at, j.id)::fair_mark
    from unnest(p_ids) with ordinality given (id, place) join jobs j on j.id = given.id order by given.place)
$$;
