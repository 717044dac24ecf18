-- Why jobs that aren't in the backlog can't be changed: those that have finished, with their state, and those that are unknown.
create or replace function refusals_of(p_ids bigint[]) returns table (job_id bigint, name text, state text, refusal text)
language sql stable set search_path from current
as $$
  select given.id, past.name, past.state, case when past.state is null then 'job_not_found' else 'job_finished' end
  from (select distinct g.id from unnest(p_ids) g (id)) given
  left join finished_among(p_ids) past on past.id = given.id
$$;
