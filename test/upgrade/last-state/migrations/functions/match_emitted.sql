-- Matches events, once their emits are committed, with the waits that these could not see: an emit may be committed long after it has
-- looked for waits. It is done twice for each event: at once, and when all transactions have ended that were open at the first time, of
-- which some may have begun a wait before the commit, or put back a job whose wait the event had ended.
--   returns  whether there may be more
create or replace function match_emitted() returns boolean
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  c_set constant integer := 500;
  v_events emitted_events[];
  v_event emitted_events;
begin
  if not exists (select from emitted_events) then
    return false;
  end if;
  with looked as (
    update emitted_events e set looked_xid = pg_current_xact_id()
    where e.id in (select n.id from emitted_events n where n.looked_xid is null order by n.id limit c_set for update skip locked)
    returning e
  ), last_looked as (
    delete from emitted_events e
    where e.id in (select o.id from emitted_events o where o.looked_xid < pg_snapshot_xmin(pg_current_snapshot())
                   order by o.looked_xid limit c_set for update skip locked)
    returning e
  )
  select array_agg(e order by (e).id) into v_events from (select * from looked union all select * from last_looked) m (e);
  if v_events is null then
    return false;
  end if;
  foreach v_event in array v_events loop
    if exists (select from event_waits w where w.event = v_event.event and w.payload is null) then
      perform end_event_waits(v_event.event, v_event.payload, v_event.xid);
    end if;
  end loop;
  perform resume_ended();
  return cardinality(v_events) >= c_set;
end
$$;
