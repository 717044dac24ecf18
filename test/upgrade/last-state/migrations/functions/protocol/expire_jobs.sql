-- Cancels a set of jobs that have expired and of which no execution has begun, in whatever state they wait. A job that a drainer has
-- in flight has begun: it stays, and so do its retries. Of jobs of these names it returns what the drainer tells its hooks.
--   p_names   names of jobs that it returns
--   canceled  how many it has canceled
--   jobs      those that it returns, an array for each: id, name, queue, payload (null if it isn't in the row), enqueued_at, expires_at,
--             tags, metadata, correlation id
create or replace function expire_jobs(p_names text[]) returns table (canceled integer, jobs json)
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_sort = off set jit = off
as $$
declare
  c_set constant integer := 500;
  c_most_looked_at constant integer := 10000;
  v_ids bigint[];
  v_begun bigint[];
begin
  with expired as materialized (
    select j.id from jobs j where j.expires_at <= now() and j.fence = 0 order by j.expires_at limit c_most_looked_at
  ), locked as (
    select e.id from expired e where pg_try_advisory_xact_lock(job_lock(e.id)) limit c_set
  )
  select coalesce(array_agg(l.id), '{}') into v_ids from locked l;

  -- in later statements: of what this drainer has in flight it gets the locks again, and a job may have been replaced
  v_begun := in_flight_among(v_ids);
  v_ids := array(
    select free.id from unnest(v_ids) locked (id), lateral (
      select j.id from jobs j where j.id = locked.id and j.expires_at <= now() and j.fence = 0 limit 1 for update skip locked) free
    where free.id <> all (v_begun));
  select coalesce(json_agg(json_build_array(j.id, j.name, j.queue, j.payload, j.enqueued_at, j.expires_at, j.tags, j.metadata,
                                            j.carrier->>'correlationId')), '[]') into jobs
  from jobs j where j.id = any (v_ids) and j.name = any (p_names);
  canceled := cardinality(finish_canceled(v_ids, 'expired'));
  return next;
end
$$;
