-- A drainer, with the jobs that its session holds, up to 100, as JSON. Null: there is none with this id, or it is forgotten.
--   p_id  the drainer
create or replace function get_drainer(p_id integer) returns json
language sql stable set search_path from current
set enable_seqscan = off set jit = off
as $$
  with held as materialized (
    select r.job_id from alive_drainers() a join running_jobs() r on r.pid = a.pid where a.drainer_id = p_id order by r.job_id limit 100
  )
  select (d.drainer || jsonb_build_object('jobs', (
    select coalesce(jsonb_agg(jsonb_build_object('id', j.id::text, 'name', j.name, 'queue', j.queue) order by j.id), '[]')
    from held h join jobs j on j.id = h.job_id)))::json
  from jsonb_array_elements(drainers_json(array[p_id])::jsonb) d (drainer)
$$;
