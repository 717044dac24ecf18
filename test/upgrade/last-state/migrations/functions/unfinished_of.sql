-- Unfinished jobs of a schedule, among those of its last hundred ticks that had one.
create or replace function unfinished_of(p_key text) returns setof bigint
language sql stable set search_path from current
set enable_seqscan = off
as $$
  select there.id
  from (select t.job_id from schedule_ticks t where t.schedule_key = p_key and t.outcome in ('enqueued', 'deduplicated') order by t.tick desc limit 100) t,
    lateral (select j.id from jobs j where j.id = t.job_id limit 1) there
$$;
