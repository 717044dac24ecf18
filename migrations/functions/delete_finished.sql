-- Deletes jobs from the history, at the places where they are, with everything that is known of them. A row that another transaction has
-- is left.
--   returns  the jobs that were deleted
create or replace function delete_finished(p_places finished_place[]) returns bigint[]
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
set plan_cache_mode = force_custom_plan -- for the days of these jobs, and not for all that are kept: each costs half a dozen locks
as $$
declare
  v_deleted bigint[];
  v_payload_days date[];
  v_since timestamptz;
  v_times timestamptz[] := array(select given.finished_at from unnest(p_places) given union select '-infinity'); -- never empty, which would read all days
begin
  with free as materialized (
    select given.part, given.place, f.id
    from unnest(p_places) given, lateral (
      select f.id from finished f where f.finished_at = any (v_times) and f.tableoid = given.part and f.ctid = given.place and f.id = given.id
      limit 1 for update skip locked) f
  ), gone as (
    delete from finished f using free where f.finished_at = any (v_times) and f.tableoid = free.part and f.ctid = free.place and f.id = free.id returning f.id, f.payload_day, f.enqueued_at
  )
  select array_agg(g.id), array_agg(g.payload_day), min(g.enqueued_at) into v_deleted, v_payload_days, v_since from gone g;
  perform forget_finished(v_deleted, v_payload_days, v_since);
  return coalesce(v_deleted, '{}');
end
$$;
