-- Deletes finished jobs from the history, with everything that is known of them.
--   p_ids    the jobs
--   p_places where the history has them, see find_finished_jobs; null: that is to be found
--   job_id   each of them once
--   name     its name; null: it is unknown, or was deleted
--   state    its state; null: it is unknown, or was deleted
--   refusal  why it isn't deleted: job_not_finished or job_not_found; job_held: somebody has it for a moment. Null: it is
create or replace function delete_jobs(p_ids bigint[], p_places finished_place[] default null)
returns table (job_id bigint, name text, state text, refusal text)
language plpgsql volatile set search_path from current
as $$
declare
  v_deleted bigint[] := delete_finished(coalesce(p_places, places_of(p_ids)));
begin
  return query select d.id, null::text, null::text, null::text from unnest(v_deleted) d (id);
  return query select j.id, j.name, public_state(j.state), 'job_not_finished' from jobs j where j.id = any (p_ids) and j.id <> all (v_deleted);
  return query
  select r.job_id, r.name, r.state, case when r.refusal = 'job_finished' then 'job_held' else r.refusal end
  from refusals_of(array(select unnest(p_ids) except select unnest(v_deleted) except select j.id from jobs j where j.id = any (p_ids))) r;
end
$$;
