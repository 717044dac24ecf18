-- Where the history has these jobs. It isn't searched for those of the backlog: what is in none of its days costs the locks of all.
create or replace function places_of(p_ids bigint[]) returns finished_place[]
language sql volatile set search_path from current
as $$
  select array(select past.place from finished_among(array(select unnest(p_ids) except select j.id from jobs j where j.id = any (p_ids))) past)
$$;
