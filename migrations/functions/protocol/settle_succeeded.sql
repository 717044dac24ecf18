-- The usual outcome, success without a result, in arrays: place n of each is one execution. Reading it from JSON would
-- cost half as much as moving the row. Answers with the ids that were not settled, because they were no longer the caller's.
create or replace function settle_succeeded(p_drainer integer, p_backend integer, p_ids bigint[], p_fences integer[], p_durations_ms integer[])
returns bigint[]
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_settled bigint[];
  v_lost bigint[];
  v_keyed bigint[];
  v_progressed bigint[];
begin
  perform assert_session(p_backend);
  with gone as (
    delete from jobs j using unnest(p_ids, p_fences, p_durations_ms) o (id, fence, duration_ms)
    where j.id = o.id and j.fence = o.fence
    returning j.*, o.duration_ms
  ), kept as (
    insert into finished (id, state, name, queue, priority, payload, attempts, max_attempts, enqueued_at, run_at, started_at,
                          duration_ms, drainer_id, unique_key, concurrency_key, tags, metadata)
    select g.id, 'succeeded', g.name, g.queue, g.priority, g.payload, g.attempts + 1, g.max_attempts, g.enqueued_at, g.run_at,
           now() - g.duration_ms * interval '1 millisecond', g.duration_ms, p_drainer, g.unique_key, g.concurrency_key, g.tags, g.metadata
    from gone g
  )
  select array_agg(g.id), array_agg(g.id) filter (where g.concurrency_key is not null), array_agg(g.id) filter (where g.has_progress)
  into v_settled, v_keyed, v_progressed from gone g;

  if v_progressed is not null then
    delete from progress p where p.job_id = any (v_progressed);
  end if;
  if v_keyed is not null then
    perform release_permits(v_keyed);
  end if;
  if cardinality(v_settled) = cardinality(p_ids) then
    return '{}';
  end if;
  v_lost := array(select unnest(p_ids) except select unnest(v_settled));
  perform release_permits_lost(p_drainer, v_lost);
  return v_lost;
end
$$;
