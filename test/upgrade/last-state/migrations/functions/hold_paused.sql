-- Holds the jobs of paused queues among those that are being claimed: they were stored by a transaction that had not seen the
-- pause yet, or the pause was committed meanwhile.
create or replace function hold_paused(p_ids bigint[], p_paused text[]) returns void
language plpgsql volatile set search_path from current
as $$
declare
  v_met bigint[];
begin
  if p_paused = '{}' then
    return;
  end if;
  v_met := array(select j.id from jobs j where j.id = any (p_ids) and j.queue = any (p_paused) and j.state in ('ready', 'blocked', 'throttled', 'suspect'));
  if v_met <> '{}' then
    perform hold_jobs(v_met);
  end if;
end
$$;
