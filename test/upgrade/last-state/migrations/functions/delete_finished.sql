-- Deletes jobs from the history, at the places where they are, with their failures, payloads and results. What is in the app's store
-- of objects becomes superfluous. A row that another transaction has is left.
--   returns  the jobs that were deleted
create or replace function delete_finished(p_places finished_place[]) returns bigint[]
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_deleted bigint[];
begin
  with free as materialized (
    select given.part, given.place, f.id, f.payload_day
    from unnest(p_places) given (part, place, id), lateral (
      select f.id, f.payload_day from finished f where f.tableoid = given.part and f.ctid = given.place and f.id = given.id
      limit 1 for update skip locked) f
  ), gone as (
    delete from finished f using free where f.tableoid = free.part and f.ctid = free.place and f.id = free.id returning f.id
  ), payloads_gone as (
    delete from payloads p using free where p.day = free.payload_day and p.job_id = free.id returning p.store_key
  ), results_gone as (
    delete from stored_results r using free where r.job_id = free.id returning r.store_key
  ), superfluous as (
    insert into superfluous_objects (store_key)
    select p.store_key from payloads_gone p where p.store_key is not null union select r.store_key from results_gone r
    on conflict do nothing
  )
  select array_agg(g.id) into v_deleted from gone g;
  delete from failures f where f.job_id = any (v_deleted);
  delete from retries r where r.job_id = any (v_deleted);
  return coalesce(v_deleted, '{}');
end
$$;
