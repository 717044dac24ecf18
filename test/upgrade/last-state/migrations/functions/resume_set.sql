-- Makes a set of a queue's paused jobs ready. Returns whether there may be more.
create or replace function resume_set(p_queue text) returns boolean
language plpgsql volatile set search_path from current
set enable_seqscan = off
as $$
declare
  c_set constant integer := 500;
  v_resumed integer;
begin
  update jobs j set state = case when lacks_key(j) then 'unkeyed' when j.suspect_group is null then 'ready' else 'suspect' end
  where j.id = any (array(
    select p.id from jobs p where p.state = 'paused' and p.queue = p_queue limit c_set for no key update skip locked));
  get diagnostics v_resumed = row_count;
  if v_resumed > 0 then
    perform note_late_arrivals();
  end if;
  return v_resumed = c_set;
end
$$;
