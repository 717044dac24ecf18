-- The waiting limits of queues and concurrency keys, in the order of kinds and targets: a list of objects, as the API has them.
create or replace function list_limits() returns json
language sql stable set search_path from current
as $$
  select coalesce(json_agg(json_build_object('kind', w.kind, 'target', w.target, 'waiting', w.waiting)
                           order by w.kind, w.target collate "C"), '[]')
  from waiting_limits w
$$;
