-- Deletes pauses that have ended, and has all drainers look again at what they had passed over. Those of keys are kept for a minute,
-- in which their jobs come back little by little. A row that is locked is left to whoever pauses or resumes.
create or replace function end_pauses() returns void
language plpgsql volatile set search_path from current
as $$
begin
  if not exists (select from pauses p where p.until_at <= now()) then
    return;
  end if;
  perform unblock_jobs(array(select p.target from pauses p where p.kind = 'key' and p.until_at <= now()));
  delete from pauses p where (p.kind, p.target) in (
    select ended.kind, ended.target from pauses ended
    where ended.until_at <= now() - case when ended.kind = 'key' then interval '1 minute' else interval '0' end for update skip locked);
  if found then
    perform note_late_arrivals();
  end if;
end
$$;
