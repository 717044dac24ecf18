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
as $$
declare
  c_page constant integer := 1000;
  c_bytes constant bigint := 4194304;
  v_gathering jsonb := (select p.value from progress p where p.job_id = p_job and p.name = p_name);
begin
  total := jsonb_array_length(v_gathering->'jobs');
  with page as materialized (
    select j.place, j.id::bigint as id, g.outcome, g.result, sum(coalesce(pg_column_size(g.result), 0)) over (order by j.place) as bytes
    from (select j.id, j.place from jsonb_array_elements_text(v_gathering->'jobs') with ordinality j (id, place)
          where j.place > p_from order by j.place limit c_page) j
    left join gathered_jobs g on g.batch_id = (v_gathering->>'batch')::bigint and g.job_id = j.id::bigint
  )
  select json_agg(json_build_array(
    p.id::text, p.outcome, p.result, (select r.store_key from stored_results r where r.job_id = p.id),
    case when p.outcome <> 'succeeded' then (
      select json_build_object('attempt', e.attempt, 'outcome', e.outcome, 'class', e.error_class, 'code', e.error_code,
                               'message', e.error_message, 'stack', e.error_stack, 'at', e.ended_at)
      from failures e where e.job_id = p.id order by e.ended_at desc, e.attempt desc limit 1) end) order by p.place)
  into outcomes from page p where p.place = p_from + 1 or p.bytes <= c_bytes;
end
$$;
