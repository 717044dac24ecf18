-- Refuses what was just stored if one of its queues or keys now has more jobs than its waiting limit. The count is made under a
-- lock that is held until the caller commits, so of two transactions that are open at once only one gets the last place. It is the
-- last thing that an enqueue waits for but for its commit, and only where such a limit exists. Finished jobs leave their places
-- without it. A call that has stored nothing in a full queue, because its jobs are there already, is not refused.
--   p_ids, p_statuses  what store_jobs returns
create or replace function assert_room(p_ids bigint[], p_statuses text[]) returns void
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_new bigint[] := array(
    select s.id from unnest(p_ids, p_statuses) s (id, status) where coalesce(s.status, 'enqueued') = 'enqueued');
  v_limits waiting_limits[];
  v_full record;
begin
  with concerned as materialized (
    select distinct 'queue' as kind, j.queue as target from jobs j where j.id = any (v_new) and j.is_counted
    union
    select 'key', key from jobs j, unnest(j.concurrency_key || j.further_keys) key where j.id = any (v_new) and j.concurrency_key is not null
  )
  select array_agg(w) into v_limits from concerned c, lateral (
    select w.* from waiting_limits w where w.kind = c.kind and w.target = c.target limit 1) w;
  perform pg_advisory_xact_lock(lock_space('waiting'), hash)
  from (select distinct hashtext(l.kind || '/' || l.target) as hash from unnest(v_limits) l order by 1) hashes;

  select l.* into v_full from unnest(v_limits) l
  where l.waiting < case l.kind
    when 'queue' then (select count(*) from (select from jobs j where j.is_counted and j.queue = l.target limit l.waiting + 1) counted)
    else (select count(*) from (select from limits_asked(l.target) limit l.waiting + 1) counted) end
  limit 1;
  if found then
    raise exception using errcode = 'SL011', detail = json_build_object('kind', v_full.kind, 'target', v_full.target, 'waiting', v_full.waiting),
      message = format('The %s %s is full: its waiting limit of %s unfinished jobs is reached', v_full.kind, to_json(v_full.target), v_full.waiting),
      hint = 'Enqueue again later, or raise its waiting limit.';
  end if;
end
$$;
