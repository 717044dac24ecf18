-- What a job is connected with: the jobs after which it runs, those that run after it, and the trace of its enqueue.
--   p_id     the job
--   p_limit  how many jobs of each kind at most
--   returns  parents and children, each a list of objects with id, name and state; how many there are; and the carrier, of an unfinished job
create or replace function get_relatives(p_id bigint, p_limit integer) returns json
language plpgsql stable set search_path from current
set enable_seqscan = off set jit = off
as $$
declare
  v_parents bigint[] := array(select d.parent_id from dependencies d where d.child_id = p_id order by d.parent_id limit p_limit);
  v_children bigint[] := array(select d.child_id from dependencies d where d.parent_id = p_id order by d.child_id limit p_limit);
  v_related bigint[] := v_parents || v_children;
begin
  return (
    with live as materialized (
      select s.job_id, s.state, j.name from states_of(v_related, 'infinity') s join jobs j on j.id = s.job_id where v_related <> '{}'
    ), known as materialized (
      select l.job_id, l.state, l.name from live l
      union all
      select past.id, past.state, past.name from finished_among(array(select unnest(v_related) except select l.job_id from live l)) past
    )
    select json_build_object(
      'parents', (select coalesce(json_agg(json_build_object('id', k.job_id::text, 'name', k.name, 'state', k.state) order by k.job_id), '[]')
                  from known k where k.job_id = any (v_parents)),
      'children', (select coalesce(json_agg(json_build_object('id', k.job_id::text, 'name', k.name, 'state', k.state) order by k.job_id), '[]')
                   from known k where k.job_id = any (v_children)),
      'parentCount', (select count(*) from dependencies d where d.child_id = p_id),
      'childCount', (select count(*) from dependencies d where d.parent_id = p_id),
      'carrier', (select j.carrier from jobs j where j.id = p_id)));
end
$$;
