-- Makes the queue's jobs ready again, a set at each call: answers whether there may be more. Where nobody goes on, tick
-- does.
create or replace function resume_queue(p_queue text, p_is_continued boolean default false) returns boolean
language plpgsql volatile set search_path from current
as $$
begin
  if not p_is_continued then
    update queues q set paused_at = null where q.name = p_queue and q.paused_at is not null;
    perform note_late_arrivals(); -- also of jobs that have not been set aside yet
  end if;
  return not is_paused(p_queue) and resume_set(p_queue);
end
$$;
