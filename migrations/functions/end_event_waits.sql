-- Ends the waits that an event matches, and makes their jobs due. What others have locked is left to match_emitted, so that nobody waits
-- for the transaction of an emit, nor an emit for anybody.
--   p_xid    only waits that have begun before the commit of this transaction; null: all
--   returns  the jobs
create or replace function end_event_waits(p_event text, p_payload jsonb, p_xid xid8 default null) returns bigint[]
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_jobs bigint[];
  v_keys text[];
begin
  with recursive shapes as (
    (select w.shape from event_waits w where w.event = p_event and w.payload is null order by w.shape limit 1)
    union all
    select (select w.shape from event_waits w where w.event = p_event and w.payload is null and w.shape > s.shape order by w.shape limit 1)
    from shapes s where s.shape is not null
  ), hashes as materialized (
    select s.shape, hash_at(s.shape, p_payload) as hash from shapes s where s.shape is not null
  ), found as materialized (
    select w.job_id, w.key
    from hashes h cross join lateral ( -- a lock keeps this apart, so that all of the index's columns are looked up
      select w.job_id, w.key from event_waits w
      where w.event = p_event and w.shape = h.shape and w.match_hash = h.hash and w.payload is null
        and (p_payload @> w.match or w.match = '{}') and (p_xid is null or not pg_visible_in_snapshot(p_xid, w.since)
             or pg_snapshot_xmax(w.since) > pg_snapshot_xmax(pg_current_snapshot())) -- restored from a server that counts on its own
      for update skip locked) w
  )
  select array_agg(f.job_id), array_agg(f.key) into v_jobs, v_keys from found f;
  if v_jobs is null then
    return '{}';
  end if;

  -- a statement of its own, because a row that another transaction has changed can't be changed by the one that has locked it
  update event_waits w set payload = p_payload from unnest(v_jobs, v_keys) f (job_id, key) where w.job_id = f.job_id and w.key = f.key;
  perform resume_ended(v_jobs);
  return array(select distinct j from unnest(v_jobs) j);
end
$$;
