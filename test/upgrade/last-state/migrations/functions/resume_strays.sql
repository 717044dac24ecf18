-- Makes paused jobs ready whose queue isn't paused: they were stored, promoted or reaped by a transaction that still saw the pause
-- when the queue was resumed. Goes through up to 100 queues that have paused jobs, behind p_after, and ends after a whole set.
--   last  the queue behind which the next call continues
--   more  whether there may be more of that queue
create or replace function resume_strays(p_after text, out last text, out more boolean)
language plpgsql volatile set search_path from current
as $$
declare
  c_queues constant integer := 100;
  v_queues text[];
  v_queue text;
begin
  last := '';
  more := false;
  if not exists (select from jobs j where j.state = 'paused') then
    return;
  end if;
  last := p_after;
  with recursive halted as (
    (select j.queue, 1 as place from jobs j where j.state = 'paused' and j.queue > p_after order by j.queue limit 1)
    union all
    select next.queue, h.place + 1 from halted h, lateral (
      select j.queue from jobs j where j.state = 'paused' and j.queue > h.queue order by j.queue limit 1) next
    where h.place < c_queues
  )
  select array_agg(h.queue) into v_queues from halted h;

  foreach v_queue in array coalesce(v_queues, '{}') loop
    more := not is_paused(v_queue) and resume_set(v_queue);
    exit when more;
    last := v_queue;
  end loop;
  if not more then
    last := coalesce(v_queues[c_queues], '');
  end if;
end
$$;
