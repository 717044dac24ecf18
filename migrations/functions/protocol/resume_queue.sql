create or replace function resume_queue(p_queue text) returns void
language plpgsql volatile set search_path from current
as $$
begin
  update queues q set paused_at = null where q.name = p_queue;
  update jobs j set state = case when j.suspect_group is null then 'ready' else 'suspect' end where j.queue = p_queue and j.state = 'paused';
  perform note_late_arrivals();
end
$$;
