-- Whether a job or the history has a payload that is stored under a day. Ids ascend, so of the jobs only those are looked at that
-- were enqueued about then. Of the history those that finished on that very day are found by their partition, the others by an
-- index. The jobs come first: one that is settled in between is in the history by the second look.
create or replace function is_day_needed(p_day date) returns boolean
language plpgsql volatile set search_path from current set timezone = 'UTC' set datestyle = 'ISO'
set enable_seqscan = off set jit = off
as $$
begin
  if exists (select from jobs j where j.payload_day = p_day and j.id between
      (select min(p.job_id) from payloads p where p.day = p_day) and (select max(p.job_id) from payloads p where p.day = p_day)) then
    return true;
  end if;
  return exists (select from finished f where f.finished_at >= p_day::timestamptz and f.finished_at < (p_day + 1)::timestamptz)
    or exists (select from finished f where f.payload_day = p_day and f.payload_day < (f.finished_at at time zone 'UTC')::date);
end
$$;
