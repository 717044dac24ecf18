-- Forgets what jobs that have ended waited for. A token that nobody waits for any more is unknown again, unless it has ended: then it is
-- kept, with its value, until forget_waits.
create or replace function forget_waits_of(p_finished bigint[]) returns void
language plpgsql volatile set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_tokens text[];
begin
  delete from event_waits w -- one that an emit has in hand is left to forget_event_waits
  where (w.job_id, w.key) in (select g.job_id, g.key from event_waits g where g.job_id = any (p_finished) for update skip locked);
  if not exists (select from waiting_jobs w where w.job_id = any (p_finished)) then
    return;
  end if;
  with gone as (
    delete from waiting_jobs w where w.job_id = any (p_finished) returning w.token
  )
  select array_agg(distinct g.token order by g.token) into v_tokens from gone g;
  perform from waits w where w.token = any (v_tokens) order by w.token for update;
  delete from waits w where w.token = any (v_tokens) and w.state = 'open' and not exists (select from waiting_jobs j where j.token = w.token);
end
$$;
