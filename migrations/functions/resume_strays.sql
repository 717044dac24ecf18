-- Paused jobs whose queue isn't: they were stored, promoted or reaped by a transaction that still saw the pause when the
-- queue was resumed. Looks through up to 100 queues that have paused jobs, behind the one given; answers with the last.
create or replace function resume_strays(p_after text) returns text
language plpgsql volatile set search_path from current
as $$
declare
  c_queues constant integer := 100;
  v_queues text[];
begin
  with recursive halted as (
    (select j.queue, 1 as place from jobs j where j.state = 'paused' and j.queue > p_after order by j.queue limit 1)
    union all
    select next.queue, h.place + 1 from halted h, lateral (
      select j.queue from jobs j where j.state = 'paused' and j.queue > h.queue order by j.queue limit 1) next
    where h.place < c_queues
  )
  select array_agg(h.queue) into v_queues from halted h;

  perform resume_set(halted.queue) from unnest(v_queues) halted (queue) where not is_paused(halted.queue);
  return coalesce(v_queues[c_queues], '');
end
$$;
