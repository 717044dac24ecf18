-- How jobs of a gathering have ended: a page of them, in their order.
--   p_job     the job that waits for them
--   p_name    the name of the checkpoint
--   p_from    the place of the first one
--   total     how many there are
--   outcomes  a list, with a list of each job: id, outcome (null: nobody knows, because it was deleted), result, the key of a result
--             in the app's store, and the last error of one that didn't succeed; null: that was all
create or replace function gathered(p_job bigint, p_name text, p_from integer, out total integer, out outcomes json)
language plpgsql stable set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
set plan_cache_mode = force_custom_plan -- for the days since the first that failed was enqueued
as $$
declare
  c_page constant integer := 5000;
  c_bytes constant bigint := 4194304;
  v_batch bigint;
  v_ids bigint[];
  v_failed bigint; -- the first of them
  v_failures_since timestamptz;
begin
  -- the list once: read for each job it would be decompressed each time
  select (p.value->>'batch')::bigint, jsonb_array_length(p.value->'jobs'),
         array(select j.id::bigint from jsonb_array_elements_text(p.value->'jobs') with ordinality j (id, place)
               where j.place > p_from and j.place <= p_from + c_page order by j.place)
  into v_batch, total, v_ids
  from progress p where p.job_id = p_job and p.name = p_name;
  select min(g.job_id) into v_failed from gathered_jobs g where g.batch_id = v_batch and g.job_id = any (v_ids) and g.outcome <> 'succeeded';
  if v_failed is not null then
    v_failures_since := coalesce((select j.enqueued_at from jobs j where j.id = v_failed), first_enqueued(places_of(array[v_failed])), '-infinity');
  end if;
  with page as materialized (
    select given.place, given.id, g.outcome, g.result, sum(coalesce(pg_column_size(g.result), 0)) over (order by given.place) as bytes
    from unnest(v_ids) with ordinality given (id, place)
    left join gathered_jobs g on g.batch_id = v_batch and g.job_id = given.id
  )
  select json_agg(json_build_array(
    p.id::text, p.outcome, p.result, (select r.store_key from stored_results r where r.job_id = p.id),
    case when p.outcome <> 'succeeded' then (
      select json_build_object('attempt', e.attempt, 'outcome', e.outcome, 'class', e.error_class, 'code', e.error_code,
                               'message', e.error_message, 'stack', e.error_stack, 'at', e.ended_at)
      from failures e where e.job_id = p.id and e.ended_at >= v_failures_since order by e.ended_at desc, e.attempt desc limit 1) end) order by p.place)
  into outcomes from page p where p.place = 1 or p.bytes <= c_bytes;
end
$$;
