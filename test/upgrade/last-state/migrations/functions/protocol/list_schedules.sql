-- The schedules in the order of their keys, as get_schedule has them, each with its last run.
--   p_after  the keys behind this one; null: from the first
--   p_limit  how many at most
--   p_name   only those of jobs of this name; null: of any
--   p_queue  only those whose jobs go to this queue; null: to any
create or replace function list_schedules(p_after text default null, p_limit integer default 1000, p_name text default null, p_queue text default null) returns json
language sql volatile set search_path from current
as $$
  select coalesce(json_agg(schedule_json(s, 1) order by s.key collate "C"), '[]')
  from (
    select s.* from schedules s
    where (p_after is null or s.key collate "C" > p_after) and (p_name is null or s.name = p_name)
      and (p_queue is null or queue_of_schedule(s) = p_queue)
    order by s.key collate "C" limit p_limit) s
$$;
