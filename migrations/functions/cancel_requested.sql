-- Does what was asked for while drainers had the jobs. Called by a claim once it has its locks, so that nothing is begun that was to
-- be canceled before. Cancels the jobs that the claim has locked, and a set of those that nobody holds or has in flight any more: they
-- were retried or given back, or their drainer died and they are reaped. Forgets requests for jobs that have finished.
--   p_locked  the jobs that the claim has locked; null: none
--   returns   the jobs that this drainer has in flight and is to abort; null: none
create or replace function cancel_requested(p_drainer integer, p_locked bigint[]) returns bigint[]
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  c_set constant integer := 500;
  v_claimed bigint[] := array(select c.job_id from cancellations c where c.job_id = any (p_locked));
  v_free bigint[];
begin
  with requested as materialized (
    select c.job_id from cancellations c order by c.job_id
  ), locked as (
    select r.job_id from requested r where pg_try_advisory_xact_lock(job_lock(r.job_id)) limit c_set
  )
  select array_agg(l.job_id) into v_free from locked l;

  -- in a later statement; of its own jobs this session gets the locks again
  v_free := v_claimed || v_free;
  perform finish_canceled(array(select unnest(v_free) except select unnest(in_flight_among(v_free))));
  delete from cancellations c where not exists (select from jobs j where j.id = c.job_id);
  return (select array_agg(c.job_id) from cancellations c where c.job_id in (select h.job_id from held_by(p_drainer) h));
end
$$;
