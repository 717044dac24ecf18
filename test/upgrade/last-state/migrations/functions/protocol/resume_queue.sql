-- Resumes a queue: makes its jobs ready again, a set at each call. If the caller stops early, tick does the rest.
--   p_queue         the queue
--   p_is_continued  false: the first call
--   returns         whether there may be more
create or replace function resume_queue(p_queue text, p_is_continued boolean default false) returns boolean
language plpgsql volatile set search_path from current
as $$
begin
  if not p_is_continued then
    delete from pauses p where p.kind = 'queue' and p.target = p_queue;
    perform note_late_arrivals(); -- also of jobs that have not been set aside yet
  end if;
  return not is_paused(p_queue) and resume_set(p_queue);
end
$$;
