-- Once a second, by one drainer: jobs are where they belong by what is committed now. Whoever stored or moved them may
-- not have seen a pause, a resume, a freed key or a drainer that was being committed at the same time.
create or replace function mend(p_names text[]) returns boolean
language plpgsql volatile set search_path from current
as $$
declare
  v_last ticks;
  v_more boolean;
begin
  select t.* into v_last from ticks t where t.ticked_at < clock_timestamp() - interval '1 second' for update skip locked;
  if not found then
    return false;
  end if;
  perform note_names(p_names);
  v_more := put_by_unknown(p_names);
  v_last.queue_mark := resume_strays(v_last.queue_mark);
  v_last.key_mark := wake_forgotten(v_last.key_mark);
  update ticks t set ticked_at = case when v_more then '-infinity' else clock_timestamp() end, queue_mark = v_last.queue_mark, key_mark = v_last.key_mark;
  return v_more;
end
$$;
