-- Releases the locks of jobs. An unlock that finds no lock means that one was lost or released twice: then two drainers may run
-- the same job, so the drain must end.
create or replace function unlock_jobs(p_ids bigint[]) returns void
language plpgsql volatile set search_path from current
as $$
begin
  if coalesce(cardinality(p_ids), 0) = 0 then
    return;
  end if;
  if not (select coalesce(bool_and(pg_advisory_unlock(job_lock(id))), true) from unnest(p_ids) id) then
    raise exception using errcode = 'SL004', message = 'A job''s lock was no longer held when it was to be released: the drainer''s session is not its own';
  end if;
end
$$;
