-- Those of these jobs that are in the history. Each day that is searched costs time and half a dozen locks, and what is asked for has
-- usually finished lately: so the last days are searched first, and all that are kept only for what isn't there.
--   p_ids  the jobs
create or replace function finished_among(p_ids bigint[]) returns table (id bigint, name text, state text, place finished_place)
language plpgsql stable set search_path from current
set enable_seqscan = off set jit = off
set plan_cache_mode = force_custom_plan -- for the days of each range, and not for all of them
as $$
declare
  v_left bigint[] := array(select distinct given.id from unnest(p_ids) given (id));
  v_job record;
  v_since timestamptz;
  v_until timestamptz := 'infinity';
begin
  foreach v_since in array searched_since() loop
    exit when v_left = '{}';
    for v_job in
      select f.id, f.name, f.state, row(f.tableoid, f.ctid, f.id, f.finished_at)::finished_place as place
      from unnest(v_left) given (id), lateral (
        select e.tableoid, e.ctid, e.* from finished e
        where e.id = given.id and e.finished_at >= v_since and e.finished_at < v_until order by e.finished_at desc limit 1) f
    loop
      id := v_job.id; name := v_job.name; state := v_job.state; place := v_job.place;
      return next;
      v_left := array_remove(v_left, v_job.id);
    end loop;
    v_until := v_since;
  end loop;
end
$$;
