-- Why those of p_ids that could not be taken can't be changed. See take_waiting.
create or replace function refusals_to_change(p_ids bigint[], p_running bigint[], p_held bigint[], p_taken bigint[])
returns table (job_id bigint, name text, state text, refusal text)
language sql stable set search_path from current
as $$
  with busy as materialized (
    select j.id, j.name, case when j.id = any (p_running) then 'job_running' else 'job_held' end as refusal
    from jobs j where j.id = any (p_running || p_held)
  )
  select b.id, b.name, 'running', b.refusal from busy b
  union all
  select r.* from refusals_of(array(select unnest(p_ids) except select unnest(p_taken) except select b.id from busy b)) r
$$;
