-- A page of the finished jobs in one state other than succeeded that a filter means, the last to finish first: of the next 5,000 of them, by
-- their index, so that no call reads more. Nor does it read more days than it must: first the last ones, and all that are kept only at last.
--   p_filter     as in find_jobs, without state
--   p_state      discarded or canceled
--   p_before     with p_id, the job below which to look: the microsecond of the epoch in which it has finished; null: from the last
--   p_id         see p_before
--   p_limit      how many jobs at most; null: they are only counted
--   jobs         the jobs, without payloads; fewer if they are large, but at least one if there is one
--   matched      how many of them the filter means
--   next_before  with next_id, the job below which to look next; null: that was all
--   next_id      see next_before
create or replace function list_unsuccessful_jobs(p_filter jsonb, p_state text, p_before bigint, p_id bigint, p_limit integer,
                                                  out jobs json, out matched integer, out next_before bigint, out next_id bigint)
language plpgsql stable set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
set plan_cache_mode = force_custom_plan -- for the days of each range, and not for all of them
as $$
declare
  c_page constant integer := case when p_filter ?| array['errorClass', 'input'] then 1000 else 5000 end; -- what costs more
  v_from timestamptz := coalesce('epoch'::timestamptz + p_before * interval '1 microsecond', 'infinity');
  v_from_id bigint := coalesce(p_id, 0);
  v_since timestamptz := (select max(s.since) from unnest(searched_since()) s (since) where s.since < v_from);
  v_upto timestamptz;
  v_upto_id bigint;
  v_found listed_job[];
begin
  select f.finished_at, f.id into v_upto, v_upto_id from finished f
  where f.state = p_state and f.state <> 'succeeded' and f.finished_at >= v_since and f.finished_at <= v_from and (f.finished_at, f.id) < (v_from, v_from_id)
  order by f.finished_at desc, f.id desc offset c_page - 1 limit 1;
  if v_upto is null and v_since > '-infinity' then
    v_upto := v_since;
    v_upto_id := 0;
  end if;

  v_found := array(
    select row(f.id, case when p_limit is not null then listed_finished(f) end)::listed_job from finished f
    where f.state = p_state and f.state <> 'succeeded' and f.finished_at <= v_from and (f.finished_at, f.id) < (v_from, v_from_id)
      and f.finished_at >= coalesce(v_upto, '-infinity') and (f.finished_at, f.id) >= (coalesce(v_upto, '-infinity'), coalesce(v_upto_id, 0))
      and is_matching(p_filter, f.name, f.queue, f.tags, f.metadata, f.unique_key, f.concurrency_key, f.further_keys, f.enqueued_at, f.batch_id,
                      f.finished_at, f.id, f.payload, f.payload_day, f.state <> 'succeeded' or f.attempts > 1)
    order by f.finished_at desc, f.id desc limit p_limit);
  matched := cardinality(v_found);
  jobs := '[]';
  if p_limit is not null then
    jobs := (select t.jobs from told_within(v_found) t);
    if matched = p_limit or json_array_length(jobs) < matched then
      v_upto := (jobs->-1->>'finishedAt')::timestamptz;
      v_upto_id := (jobs->-1->>'id')::bigint;
    end if;
  end if;
  next_before := extract(epoch from v_upto) * 1000000;
  next_id := v_upto_id;
end
$$;
