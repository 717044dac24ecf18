-- The jobs that a drainer has in flight and that are to be canceled.
--   p_drainer  the drainer
create or replace function canceled_of(p_drainer integer) returns json
language sql stable set search_path from current
as $$
  select coalesce(json_agg(c.job_id::text), '[]') from cancellations c where c.job_id in (select h.job_id from held_by(p_drainer) h)
$$;
