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
begin
  with recursive shapes as (
    (select w.shape from event_waits w where w.event = p_event and w.payload is null order by w.shape limit 1)
    union all
    select (select w.shape from event_waits w where w.event = p_event and w.payload is null and w.shape > s.shape order by w.shape limit 1)
    from shapes s where s.shape is not null
  ), hashes as materialized (
    select s.shape, hash_at(s.shape, p_payload) as hash from shapes s where s.shape is not null
  ), found as materialized (
    select w.job_id, w.key, w.is_waiting
    from hashes h join event_waits w on w.event = p_event and w.shape = h.shape and w.match_hash = h.hash and w.payload is null
    where p_payload @> w.match and (p_xid is null or not pg_visible_in_snapshot(p_xid, w.since))
    for update of w skip locked
  ), due as (
    update jobs j set run_at = now()
    where j.id in (select w.id from found f join jobs w on w.id = f.job_id
                   where f.is_waiting and w.state = 'scheduled' and w.run_at > now() for update of w skip locked)
    returning j.id
  ), ended as (
    update event_waits w set payload = p_payload, is_waiting = w.is_waiting and w.job_id not in (select d.id from due d)
    from found f where w.job_id = f.job_id and w.key = f.key
    returning w.job_id
  )
  select array_agg(distinct e.job_id) into v_jobs from ended e;
  return coalesce(v_jobs, '{}');
end
$$;
