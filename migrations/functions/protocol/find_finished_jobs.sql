-- A page of the finished jobs that a filter means: of the next 100 pages of the history, so that no call reads more.
--   p_filter   as in find_jobs, without state
--   p_states   the states that are meant
--   p_before   jobs that finished then or later are left; null: now
--   p_part     the partition to look at, or the first one behind it
--   p_page     the page of it to begin with
--   ids        the jobs
--   places     where they are
--   part       the partition to look at next; null: that was all
--   page       the page of it
--   before_at  p_before
create or replace function find_finished_jobs(p_filter jsonb, p_states text[], p_before timestamptz default null, p_part bigint default 0,
                                              p_page bigint default 0)
returns table (ids bigint[], places finished_place[], part bigint, page bigint, before_at timestamptz)
language plpgsql stable set search_path from current
set plan_cache_mode = force_custom_plan -- for the days since the batch, and not for all of them
as $$
declare
  c_pages constant integer := case when p_filter ?| array['errorClass', 'input'] then 20 else 100 end; -- what costs more
  v_part regclass := (
    select i.inhrelid from pg_inherits i where i.inhparent = 'finished'::regclass and i.inhrelid::bigint >= p_part order by i.inhrelid limit 1);
  v_since timestamptz; -- none of the batch has finished before
  v_page bigint := case when v_part::oid::bigint = p_part then p_page else 0 end;
begin
  before_at := coalesce(p_before, now());
  if p_filter ? 'batch' and not 'succeeded' = any (p_states) then -- by their index, all at once
    v_since := coalesce((select ended_since(b.created_at) from batches b where b.id = (p_filter->>'batch')::bigint), '-infinity');
    select array_agg(f.id), array_agg(row(f.tableoid, f.ctid, f.id, f.finished_at)::finished_place) into ids, places from finished f
    where f.batch_id = (p_filter->>'batch')::bigint and f.state <> 'succeeded' and f.finished_at >= v_since and f.finished_at < before_at and f.state = any (p_states)
      and is_matching(p_filter, f.name, f.queue, f.tags, f.metadata, f.unique_key, f.concurrency_key, f.further_keys, f.enqueued_at, f.batch_id,
                         f.finished_at, f.id, f.payload, f.payload_day, f.state <> 'succeeded' or f.attempts > 1);
  elsif v_part is not null then
    execute format(
      'select array_agg(f.id), array_agg(row(f.tableoid, f.ctid, f.id, f.finished_at)::finished_place) from %s f
       where f.ctid >= $1 and f.ctid < $2 and f.finished_at < $3 and f.state = any ($4)
         and is_matching($5, f.name, f.queue, f.tags, f.metadata, f.unique_key, f.concurrency_key, f.further_keys, f.enqueued_at, f.batch_id,
                         f.finished_at, f.id, f.payload, f.payload_day, f.state <> ''succeeded'' or f.attempts > 1)', v_part)
    into ids, places
    using format('(%s,0)', v_page)::tid, format('(%s,0)', v_page + c_pages)::tid, before_at, p_states, p_filter;
    part := v_part::oid::bigint;
    page := v_page + c_pages;
    if page >= pg_relation_size(v_part) / current_setting('block_size')::bigint then
      part := part + 1;
      page := 0;
    end if;
  end if;
  ids := coalesce(ids, '{}');
  places := coalesce(places, '{}');
  return next;
end
$$;
