-- Makes paused jobs ready whose queue isn't paused: they were stored, promoted or reaped by a transaction that still saw the pause
-- when the queue was resumed. Goes through up to 100 queues that have paused jobs, behind p_after. Returns the last, where the
-- next call continues.
create or replace function resume_strays(p_after text) returns text
language plpgsql volatile set search_path from current
as $$
declare
  c_queues constant integer := 100;
  v_queues text[];
  v_queue text;
  v_done text := p_after;
begin
  with recursive halted as (
    (select j.queue, 1 as place from jobs j where j.state = 'paused' and j.queue > p_after order by j.queue limit 1)
    union all
    select next.queue, h.place + 1 from halted h, lateral (
      select j.queue from jobs j where j.state = 'paused' and j.queue > h.queue order by j.queue limit 1) next
    where h.place < c_queues
  )
  select array_agg(h.queue) into v_queues from halted h;

  foreach v_queue in array coalesce(v_queues, '{}') loop
    if not is_paused(v_queue) and resume_set(v_queue) then
      return v_done; -- a whole set: the next tick goes on with this queue
    end if;
    v_done := v_queue;
  end loop;
  return coalesce(v_queues[c_queues], '');
end
$$;
