-- What is paused, in the order of kinds and targets: a list of objects, as the API has them.
create or replace function list_pauses() returns json
language sql stable set search_path from current
as $$
  select coalesce(json_agg(json_build_object('kind', p.kind, 'target', p.target, 'pausedAt', p.paused_at, 'until', p.until_at)
                           order by p.kind, p.target collate "C"), '[]')
  from pauses p where lasts(p)
$$;
