-- The second look at jobs that were just locked. Candidates came from their statement's snapshot: between that and the lock
-- another drainer may have settled a job and unlocked it. This is a later statement, so it sees what was committed by then;
-- a job that is gone, or isn't in p_state any more, is unlocked and dropped. Without it 2 to 5 % of all jobs would be
-- performed twice. What a dead drainer had in flight is dropped too, until it is reaped: whoever has the lock looks for the
-- dead after that, because the lock may be free only since a drainer died.
-- Writes the claim, and returns its jobs as arrays, in the order of p_locked: id, fence, name, payload, queue, enqueued_at,
-- and an object of the fields that don't have their defaults, or null; with payloads that are not in the rows, also the key of one
-- that is in the app's store, or null. Objects throughout would cost more than locking,
-- reading and writing the claim together.
--   p_features   the features of all the jobs together; null: none
--   p_max_bytes  0: nothing is returned that could be what can't be read
create or replace function second_look(p_drainer integer, p_locked bigint[], p_features integer, p_state text, p_max_bytes bigint)
returns table (claim_id bigint, claimed_at_ms double precision, jobs json, dead boolean)
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  c_payload_aside constant integer := 4;
  v_locked bigint[] := p_locked;
  v_admitted bigint[];
  v_ids bigint[];
  v_fences integer[];
  v_dropped bigint[];
  v_paused text[] := array(select q.name from queues q where q.paused_at is not null);
  v_dead integer[] := dead_drainers(p_drainer);
begin
  claim_id := nextval('claim_ids');
  claimed_at_ms := extract(epoch from clock_timestamp()) * 1000;
  dead := v_dead is not null;
  if dead then
    v_dropped := orphans_among(p_locked, v_dead);
    v_locked := array(select locked.id from unnest(p_locked) with ordinality locked (id, place) where locked.id <> all (v_dropped) order by place);
    perform unlock_jobs(v_dropped);
  end if;

  if v_locked is not null then
    v_admitted := admit(p_drainer, v_locked, p_state, p_features, v_paused); -- by itself: what is read next is read after it
    -- each by its id alone, in their order: a join, or a condition that an index of all ready jobs has, may go through all of
    -- them, and a join brings the jobs in the order of an index
    if coalesce(p_features & c_payload_aside, 0) = 0 or p_max_bytes = 0 then
      select array_agg(found.id), array_agg(found.fence), json_agg(found.job) into v_ids, v_fences, jobs
      from unnest(v_admitted) admitted (id), lateral (
        select j.id, j.fence, j.state, j.queue, json_build_array(j.id, j.fence, j.name,
          case when p_max_bytes = 0 or j.large_bytes > max_inline_bytes() then null else j.payload end, j.queue, j.enqueued_at,
          case when p_max_bytes = 0 then '{"unread": "it can''t be read"}' else non_default_fields(j) end) as job
        from jobs j where j.id = admitted.id limit 1) found
      where found.state = p_state and found.queue <> all (v_paused);
    else
      -- the same with the payloads that are not in the rows: to look for them takes longer than the whole claim of usual jobs
      select array_agg(found.id), array_agg(found.fence), json_agg(found.job) into v_ids, v_fences, jobs
      from unnest(v_admitted) admitted (id), lateral (
        select j.id, j.fence, j.state, j.queue, json_build_array(j.id, j.fence, j.name,
          case when j.large_bytes > max_inline_bytes() then null else coalesce(j.payload, p.payload) end,
          j.queue, j.enqueued_at, non_default_fields(j), p.store_key) as job
        from jobs j left join payloads p on p.day = j.payload_day and p.job_id = j.id where j.id = admitted.id limit 1) found
      where found.state = p_state and found.queue <> all (v_paused);
    end if;
  end if;

  if coalesce(cardinality(v_ids), 0) < cardinality(v_locked) then
    v_dropped := array(select unnest(v_locked) except select unnest(v_ids));
    perform hold_paused(v_dropped, v_paused);
    if p_features is not null then
      perform release_permits(v_dropped);
    end if;
    perform unlock_at_commit(v_dropped);
  end if;
  if v_ids is not null then
    insert into claims (id, drainer_id, job_ids, fences, is_apart) values (claim_id, p_drainer, v_ids, v_fences, p_state = 'suspect');
  end if;
  jobs := coalesce(jobs, '[]');
  return next;
end
$$;
