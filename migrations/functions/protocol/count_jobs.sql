-- How many of the unfinished jobs that a filter means are in each state, of the next 5,000: see find_jobs.
--   p_filter  as there
--   p_after   as there
--   p_upto    as there
--   counts    a number by state, as the API names it
--   after_id  as there
--   upto_id   as there
create or replace function count_jobs(p_filter jsonb, p_after bigint default 0, p_upto bigint default null)
returns table (counts json, after_id bigint, upto_id bigint)
language sql stable set search_path from current
as $$
  select (select coalesce(json_object_agg(s.state, s.jobs), '{}') from (
            select s.state, count(*) as jobs from states_of(f.ids, 'infinity') s where f.ids <> '{}' group by s.state) s),
         f.after_id, f.upto_id
  from find_jobs(p_filter, p_after, p_upto) f
$$;
