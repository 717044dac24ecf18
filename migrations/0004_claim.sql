-- Claiming: to take ready jobs under session-level advisory locks. No job row is written.

-- Takes up to p_limit of the jobs in p_names that are ready, in order, from behind p_mark (null: from the start).
--   p_settled  jobs of earlier claims whose outcome is committed: unlocked first, in the same round trip
--   p_spent    claims of which every job is settled
-- Answers with the jobs, the mark to go on from, whether more may be waiting behind it, whether suspects wait, in how
-- many milliseconds the next scheduled job is due (told by a look from the start), and how many executions of dead
-- drainers were buried on the way.
create function claim(p_drainer integer, p_backend integer, p_limit integer, p_names text[], p_mark text,
                      p_settled bigint[], p_spent bigint[])
returns table (claim_id bigint, claimed_at_ms double precision, jobs json, mark text, more boolean, suspects boolean,
               due_in_ms double precision, buried integer)
language plpgsql volatile set search_path from current
-- The order must come from the index, whatever the statistics of a table that empties all the time say.
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
as $$
declare
  v_mark job_position := coalesce(p_mark::job_position, (-2147483648, '-infinity', 0)::job_position);
  v_promoted boolean := false;
  v_locked bigint[];
  v_keyed boolean;
begin
  perform assert_session(p_backend);
  perform unlock_jobs(p_settled);
  delete from claims c where c.id = any (p_spent);
  if p_mark is null then
    v_promoted := promote_due();
    due_in_ms := (select extract(epoch from s.run_at - now()) * 1000 from jobs s where s.state = 'scheduled' order by s.run_at limit 1);
  end if;

  -- The lock is tried above a materialised, ordered list with the limit over it: once a row, only on rows that are
  -- returned. What this drainer holds already is left out, because its own session would get the lock again.
  with candidates as materialized (
    select j.id, j.priority, j.run_at, j.concurrency_key is not null as keyed from jobs j
    where j.state = 'ready' and j.name = any (p_names)
      and (j.priority, j.run_at, j.id) > (v_mark.priority, v_mark.run_at, v_mark.id)
      and (j.id, j.fence) not in (select h.job_id, h.fence from held_by(p_drainer) h)
    order by j.priority, j.run_at, j.id
  ), locked as (
    select c.* from candidates c where pg_try_advisory_lock(job_lock(c.id)) limit p_limit
  )
  select array_agg(l.id), bool_or(l.keyed), (array_agg((l.priority, l.run_at, l.id)::job_position))[count(*)::integer]::text
  into v_locked, v_keyed, mark from locked l;

  select t.* into claim_id, claimed_at_ms, jobs, buried from take(p_drainer, v_locked, v_keyed, 'ready') t;
  more := v_promoted or coalesce(cardinality(v_locked), 0) = p_limit;
  suspects := exists (select from jobs j where j.state = 'suspect');
  return next;
end
$$;

-- The same for suspects: a group of those that were in flight together when a drainer died, no larger than their
-- group allows. The caller has nothing else in flight, so that a poison job can hurt only its group.
create function claim_suspects(p_drainer integer, p_backend integer, p_limit integer, p_names text[],
                               p_settled bigint[], p_spent bigint[])
returns table (claim_id bigint, claimed_at_ms double precision, jobs json, buried integer)
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
as $$
declare
  v_locked bigint[];
  v_group integer;
begin
  perform assert_session(p_backend);
  perform unlock_jobs(p_settled);
  delete from claims c where c.id = any (p_spent);

  with candidates as materialized (
    select j.id, j.suspect_group from jobs j
    where j.state = 'suspect' and j.name = any (p_names)
      and (j.id, j.fence) not in (select h.job_id, h.fence from held_by(p_drainer) h)
    order by j.suspect_group desc, j.id
  ), locked as (
    select c.* from candidates c where pg_try_advisory_lock(job_lock(c.id)) limit p_limit
  )
  select array_agg(l.id), min(l.suspect_group) into v_locked, v_group from locked l;

  perform unlock_jobs(v_locked[v_group + 1:]);
  return query select t.* from take(p_drainer, v_locked[:v_group], true, 'suspect') t;
end
$$;

-- The second look. Candidates came from their statement's snapshot: between that and the lock another drainer may
-- have settled a job and unlocked it. This is a later statement, so it sees what was committed by then; what is gone,
-- or no longer waits, is unlocked and dropped. Without it 2 to 5 % of all jobs would be performed twice.
-- Each job is an array, in the order of p_locked: id, fence, name, payload, queue, enqueued_at, and an object of what
-- is not as usual, or null. Objects throughout would cost more than locking, reading and writing the claim together.
create function take(p_drainer integer, p_locked bigint[], p_keyed boolean, p_state text)
returns table (claim_id bigint, claimed_at_ms double precision, jobs json, buried integer)
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_ids bigint[];
  v_fences integer[];
  v_paused text[] := array(select q.name from queues q where q.paused_at is not null);
begin
  claim_id := nextval('claim_ids');
  claimed_at_ms := extract(epoch from clock_timestamp()) * 1000;
  buried := bury_dead(p_drainer); -- before the look: a job whose drainer died is a suspect, not to be taken as ready
  if p_locked is null then
    jobs := '[]';
    return next;
    return;
  end if;
  if p_keyed then
    perform set_aside_queues(p_locked, v_paused);
    perform admit(p_drainer, p_locked, p_state);
  end if;

  select array_agg(j.id), array_agg(j.fence), json_agg(json_build_array(j.id, j.fence, j.name, j.payload, j.queue, j.enqueued_at, unusual(j)))
  into v_ids, v_fences, jobs
  from unnest(p_locked) locked (id) join jobs j on j.id = locked.id and j.state = p_state and j.queue <> all (v_paused);

  if coalesce(cardinality(v_ids), 0) < cardinality(p_locked) then
    perform set_aside_queues(p_locked, v_paused);
    perform unlock_jobs(array(select unnest(p_locked) except select unnest(v_ids)));
  end if;
  if v_ids is not null then
    insert into claims (id, drainer_id, job_ids, fences) values (claim_id, p_drainer, v_ids, v_fences);
  end if;
  jobs := coalesce(jobs, '[]');
  return next;
end
$$;

-- Inlined by the planner, so that a usual job costs a comparison.
create function unusual(j jobs) returns json
language sql stable
as $$
  select case when (j.attempts, j.interruptions, j.run_at) = (0, 0, j.enqueued_at)
               and num_nonnulls(j.max_attempts, j.timeout_ms, j.tags, j.metadata, j.carrier) = 0 then null
    else json_build_object('attempts', j.attempts, 'interruptions', j.interruptions, 'runAt', j.run_at,
      'maxAttempts', j.max_attempts, 'timeoutMs', j.timeout_ms, 'tags', j.tags, 'metadata', j.metadata, 'carrier', j.carrier) end
$$;

-- The jobs, with the fence they were claimed at, of a drainer's claims. One whose fence has moved on is settled.
create function held_by(p_drainer integer) returns table (job_id bigint, fence integer)
language sql stable set search_path from current
as $$
  select unnest(c.job_ids), unnest(c.fences) from claims c where c.drainer_id = p_drainer
$$;

-- Holds concurrency limits: gives permits to as many of the jobs as their keys have room for, blocks the others.
-- Whoever counts or frees permits of a key holds that key's lock for the length of its short transaction, so a job
-- is blocked only while a permit is held whose release will look for it.
create function admit(p_drainer integer, p_ids bigint[], p_state text) returns void
language plpgsql volatile set search_path from current
as $$
begin
  perform lock_keys(array(select j.concurrency_key from jobs j where j.id = any (p_ids)));

  with asking as (
    select j.id, j.concurrency_key, j.concurrency_limit,
           row_number() over (partition by j.concurrency_key order by j.priority, j.run_at, j.id) as place
    from jobs j where j.id = any (p_ids) and j.state = p_state and j.concurrency_key is not null
  ), refused as (
    select a.id from asking a
    where a.place + (select count(*) from permits p where p.concurrency_key = a.concurrency_key and p.job_id <> a.id) > a.concurrency_limit
  ), blocked as (
    update jobs j set state = 'blocked' where j.id in (select r.id from refused r)
  )
  insert into permits (job_id, concurrency_key, drainer_id)
  select a.id, a.concurrency_key, p_drainer from asking a where a.id not in (select r.id from refused r)
  on conflict (job_id) do update set drainer_id = excluded.drainer_id; -- of a dead drainer that is not buried yet
end
$$;

-- Frees the places of jobs that were settled or buried, and wakes as many that wait for them.
create function release_permits(p_ids bigint[]) returns void
language plpgsql volatile set search_path from current
as $$
declare
  v_keys text[] := array(select distinct p.concurrency_key from permits p where p.job_id = any (p_ids));
begin
  if v_keys = '{}' then
    return;
  end if;
  perform lock_keys(v_keys);
  delete from permits p where p.job_id = any (p_ids);
  perform wake_blocked(v_keys);
end
$$;

-- Makes blocked jobs of these keys ready, as many a key as it has room for. The caller holds the keys' locks.
create function wake_blocked(p_keys text[]) returns void
language sql volatile set search_path from current
as $$
  update jobs j set state = case when j.suspect_group is null then 'ready' else 'suspect' end
  from unnest(p_keys) key (name),
  lateral (
    select b.id from jobs b where b.state = 'blocked' and b.concurrency_key = key.name
    order by b.priority, b.run_at, b.id
    limit greatest(0, (select f.concurrency_limit from jobs f where f.state = 'blocked' and f.concurrency_key = key.name
                       order by f.priority, f.run_at, f.id limit 1)
                      - (select count(*) from permits p where p.concurrency_key = key.name))
  ) first
  where j.id = first.id
$$;

create function lock_keys(p_keys text[]) returns void
language sql volatile set search_path from current
as $$
  select pg_advisory_xact_lock(lock_space('key'), hash)
  from (select distinct hashtext(key) as hash from unnest(p_keys) key where key is not null order by 1) hashes
$$;

-- Moves scheduled jobs that have come due among the ready ones, in sets. Answers whether there may be more.
create function promote_due() returns boolean
language plpgsql volatile set search_path from current
as $$
declare
  c_set constant integer := 2000;
  v_promoted integer;
begin
  update jobs j set state = case when is_paused(j.queue) then 'paused' else 'ready' end
  where j.id = any (array(
    select s.id from jobs s where s.state = 'scheduled' and s.run_at <= now() order by s.run_at, s.id limit c_set for update skip locked));
  get diagnostics v_promoted = row_count;
  return v_promoted = c_set;
end
$$;
