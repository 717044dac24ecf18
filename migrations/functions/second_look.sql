-- The second look. Candidates came from their statement's snapshot: between that and the lock another drainer may
-- have settled a job and unlocked it. This is a later statement, so it sees what was committed by then; what is gone,
-- or no longer waits, is unlocked and dropped. Without it 2 to 5 % of all jobs would be performed twice.
-- Dropped as well is what a dead drainer had in flight, until it is reaped: whoever has the lock looks for the dead after
-- that, because the lock may be free only since a drainer died.
-- Each job is an array, in the order of p_locked: id, fence, name, payload, queue, enqueued_at, and an object of what
-- is not as usual, or null. Objects throughout would cost more than locking, reading and writing the claim together.
-- With p_max_bytes of 0 nothing is sent that could be what can't be.
create or replace function second_look(p_drainer integer, p_locked bigint[], p_keyed boolean, p_state text, p_max_bytes bigint)
returns table (claim_id bigint, claimed_at_ms double precision, jobs json, dead boolean)
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_locked bigint[] := p_locked;
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
  if v_locked is null then
    jobs := '[]';
    return next;
    return;
  end if;
  if p_keyed then
    perform hold_paused(v_locked, v_paused);
    perform admit(p_drainer, v_locked, p_state);
  end if;

  select array_agg(j.id), array_agg(j.fence), json_agg(json_build_array(j.id, j.fence, j.name,
    case when p_max_bytes = 0 or j.large_bytes > max_inline_bytes() then null else j.payload end, j.queue, j.enqueued_at,
    case when p_max_bytes = 0 then '{"unread": "it can''t be read"}' else non_default_fields(j) end))
  into v_ids, v_fences, jobs
  from unnest(v_locked) locked (id) join jobs j on j.id = locked.id and j.state = p_state and j.queue <> all (v_paused)
    and (j.concurrency_key is null or exists (select from permits p where p.job_id = j.id and p.drainer_id = p_drainer));

  if coalesce(cardinality(v_ids), 0) < cardinality(v_locked) then
    v_dropped := array(select unnest(v_locked) except select unnest(v_ids));
    perform hold_paused(v_dropped, v_paused);
    perform release_permits(v_dropped);
    perform unlock_at_commit(v_dropped);
  end if;
  if v_ids is not null then
    insert into claims (id, drainer_id, job_ids, fences, is_apart) values (claim_id, p_drainer, v_ids, v_fences, p_state = 'suspect');
  end if;
  jobs := coalesce(jobs, '[]');
  return next;
end
$$;
