-- The same as find_jobs, for a filter with a batch: by the index of their jobs, whatever else is in the backlog.
create or replace function find_jobs_of_batch(p_filter jsonb, p_after bigint, p_upto bigint)
returns table (ids bigint[], after_id bigint, upto_id bigint)
language plpgsql stable set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
as $$
declare
  c_page constant integer := case when p_filter ?| array['errorClass', 'input'] then 1000 else 5000 end; -- what costs more
  v_batch bigint := (p_filter->>'batch')::bigint;
begin
  upto_id := coalesce(p_upto, (select j.id from jobs j where j.batch_id = v_batch order by j.batch_id desc, j.id desc limit 1), 0);
  after_id := (select j.id from jobs j where j.batch_id = v_batch and j.id > p_after and j.id <= upto_id
               order by j.batch_id, j.id offset c_page - 1 limit 1);
  ids := array(
    select j.id from jobs j
    where j.batch_id = v_batch and j.id > p_after and j.id <= coalesce(after_id, upto_id)
      and is_matching(p_filter, j.name, j.queue, j.tags, j.metadata, coalesce(j.unique_key, j.waiting_key), j.concurrency_key, j.further_keys,
                      j.enqueued_at, j.batch_id, null, j.id, j.payload, j.payload_day, j.fence > 0)
    order by j.batch_id, j.id);
  if p_filter ? 'state' and ids <> '{}' then
    ids := array(select s.job_id from states_of(ids, 'infinity') s where p_filter->'state' ? s.state order by 1);
  end if;
  return next;
end
$$;
