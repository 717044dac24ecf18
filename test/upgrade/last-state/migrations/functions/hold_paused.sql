-- Holds the jobs of paused queues among those that are being claimed: they were stored by a transaction that had not seen the
-- pause yet, or the pause has not come to them yet. Holds what lies behind the first of them as well, a set of it.
create or replace function hold_paused(p_ids bigint[], p_paused text[]) returns void
language plpgsql volatile set search_path from current
as $$
declare
  c_set constant integer := 5000;
  v_met bigint[];
  v_first job_position;
begin
  if p_paused = '{}' then
    return;
  end if;
  v_met := array(select j.id from jobs j where j.id = any (p_ids) and j.queue = any (p_paused) and j.state in ('ready', 'blocked', 'suspect'));
  if v_met = '{}' then
    return;
  end if;
  select j.priority, j.run_at, j.id into v_first from jobs j where j.id = any (v_met) order by j.priority, j.run_at, j.id limit 1;
  perform hold_jobs(v_met || array(
    select next.id from (
      select j.id, j.queue from jobs j
      where j.state = 'ready' and (j.priority, j.run_at, j.id) > (v_first.priority, v_first.run_at, v_first.id)
      order by j.priority, j.run_at, j.id limit c_set) next
    where next.queue = any (p_paused) and next.id not in (select unnest(c.job_ids) from claims c)));
end
$$;
