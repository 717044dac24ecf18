-- A page of the unfinished jobs that a filter means: of the next 5,000 in the order of their ids, so that no call reads more.
--   p_filter  an object with any of name, queue, tag, metadata (which the job's has to contain), uniqueKey, concurrencyKey, key (any of
--             these), batch, enqueuedBefore, enqueuedAfter, since and until (of the end, or of the enqueue until then), errorClass (of one
--             of its failures), input (a path in the payload, and the value there as text), and state, as the API names it. Of name, queue
--             and state also a list, of which one applies
--   p_after   the id behind which to look
--   p_upto    the last id to look at; null: the newest that there is
--   ids       the jobs
--   after_id  where to look next; null: that was all
--   upto_id   the last id that is looked at
create or replace function find_jobs(p_filter jsonb, p_after bigint default 0, p_upto bigint default null)
returns table (ids bigint[], after_id bigint, upto_id bigint)
language plpgsql stable set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
as $$
declare
  c_page constant integer := case when p_filter ?| array['errorClass', 'input'] then 1000 else 5000 end; -- what costs more
begin
  if p_filter ? 'batch' then
    return query select f.* from find_jobs_of_batch(p_filter, p_after, p_upto) f;
    return;
  end if;
  upto_id := coalesce(p_upto, (select max(j.id) from jobs j), 0);
  after_id := (select j.id from jobs j where j.id > p_after and j.id <= upto_id order by j.id offset c_page - 1 limit 1);
  ids := array(
    select j.id from jobs j
    where j.id > p_after and j.id <= coalesce(after_id, upto_id)
      and is_matching(p_filter, j.name, j.queue, j.tags, j.metadata, coalesce(j.unique_key, j.waiting_key), j.concurrency_key, j.further_keys,
                      j.enqueued_at, j.batch_id, null, j.id, j.payload, j.payload_day, j.fence > 0)
    order by j.id);
  if p_filter ? 'state' and ids <> '{}' then
    ids := array(select s.job_id from states_of(ids, 'infinity') s where p_filter->'state' ? s.state order by 1);
  end if;
  return next;
end
$$;
