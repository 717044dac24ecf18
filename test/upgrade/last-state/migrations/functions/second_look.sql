-- The second look at jobs that were just locked. Candidates came from their statement's snapshot: between that and the lock
-- another drainer may have settled a job and unlocked it. This is a later statement, so it sees what was committed by then;
-- a job that is gone, or isn't in p_state any more, is unlocked and dropped. Without it 2 to 5 % of all jobs would be
-- performed twice. What a dead drainer had in flight is dropped too, until it is reaped: whoever has the lock looks for the
-- dead after that, because the lock may be free only since a drainer died.
-- Returns the jobs that the claim brings, in their order: ids and fences, for the row in claims, and jobs, an array for each: id,
-- fence, name, payload, queue, enqueued_at, and an object of the fields that don't have their defaults, or null. Objects throughout
-- would cost more than locking, reading and writing the claim together. A payload that isn't in the row is null: see payloads_of.
-- A job that has got a feature since, by an update, is dropped too: nobody has looked at what that feature asks for. That somebody, or
-- another job, waits for its end asks for nothing before that. So is a job that has got a queue which the drainer's pool doesn't serve.
--   alive        how many other drainers live
--   p_features   the features of all the jobs together; null: none
--   canceled     jobs that this drainer has in flight and that are to be canceled, as JSON; null: none
--   p_max_bytes  0: nothing is returned that could be what can't be read
create or replace function second_look(p_drainer integer, p_locked bigint[], p_features integer, p_state text, p_max_bytes bigint, p_pool pool default null,
                                       out jobs json, out dead boolean, out canceled json, out ids bigint[], out fences integer[],
                                       out alive integer)
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  c_ends constant integer := 96; -- somebody waits for its end: a listener, or other jobs
  v_locked bigint[] := p_locked;
  v_admitted bigint[];
  v_dropped bigint[];
  v_paused text[];
  v_paused_names text[];
  v_queues text[];
  v_excepts boolean := p_pool.excepts is not false;
  v_dead integer[];
  v_known integer := coalesce(p_features, 0) | c_ends;
begin
  select d.dead, d.alive into v_dead, alive from dead_drainers(p_drainer) d;
  dead := v_dead is not null;
  if dead then
    v_dropped := orphans_among(p_locked, v_dead);
    v_locked := array(select locked.id from unnest(p_locked) with ordinality locked (id, place) where locked.id <> all (v_dropped) order by place);
    perform unlock_jobs(v_dropped);
  end if;
  if exists (select from cancellations) then
    canceled := to_json(cancel_requested(p_drainer, v_locked)::text[]);
  end if;

  if v_locked is not null then
    select coalesce(array_agg(p.target) filter (where p.kind = 'queue'), '{}'), coalesce(array_agg(p.target) filter (where p.kind = 'name'), '{}')
    into v_paused, v_paused_names from pauses p where lasts(p);
    v_queues := case when p_pool.queues is null then v_paused else queues_of(p_pool, v_paused) end;
    v_admitted := case when p_features is null then v_locked
                       else admit(p_drainer, v_locked, p_state, p_features, v_paused, v_paused_names, p_pool) end; -- by itself: what is read next is read after it
    -- by their ids alone: with a condition that an index of all ready jobs has, the plan may go through all of them
    select array_agg(found.id), array_agg(found.fence), json_agg(found.job) into ids, fences, jobs
    from (
      select j.id, j.fence, j.state, j.queue, j.name, j.features, json_build_array(j.id, j.fence, j.name,
        case when p_max_bytes = 0 or j.large_bytes > max_inline_bytes() then null else j.payload end,
        j.queue, j.enqueued_at,
        case when p_max_bytes = 0 then '{"unread": "it can''t be read"}' else non_default_fields(j) end) as job
      from jobs j where j.id = any (v_admitted) order by j.priority, j.run_at, j.id) found
    where found.state = p_state and (found.queue = any (v_queues)) <> v_excepts and found.name <> all (v_paused_names)
      and (found.features is null or found.features & ~v_known = 0);
  end if;

  if coalesce(cardinality(ids), 0) < cardinality(v_locked) then
    v_dropped := array(select unnest(v_locked) except select unnest(ids));
    perform hold_paused(v_dropped, v_paused);
    if p_features is not null then
      perform release_permits(v_dropped);
    end if;
    perform unlock_at_commit(v_dropped);
  end if;
  jobs := coalesce(jobs, '[]');
end
$$;
