-- Of new jobs that change the waiting jobs with their keys in one of these ways, the last for each of the waiting ones.
--   p_new, p_there  place n: a new job, and the waiting job that has its key
--   jobs, ids       place n: a new job, and the waiting job that it changes; null: none
create or replace function last_changes(p_jobs new_job[], p_new bigint[], p_there bigint[], p_ways text[], out jobs new_job[], out ids bigint[])
language sql stable set search_path from current
as $$
  select array_agg(l.job), array_agg(l.id)
  from (
    select distinct on (there.id) n as job, there.id
    from unnest(p_jobs) n join unnest(p_new, p_there) there (new_id, id) on there.new_id = n.id
    where n.unique_rule->>'on_conflict' = any (p_ways)
    order by there.id, n.index desc) l
$$;
