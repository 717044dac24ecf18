-- Counts the ends of jobs of batches: one row for each batch, which nobody waits for. Of those that another job waits for it keeps the
-- results. Null: of none.
create or replace function count_ends(p_ends batch_end[]) returns void
language plpgsql volatile set search_path from current
as $$
declare
  v_gathering bigint[];
begin
  if p_ends is null then
    return;
  end if;
  insert into batch_counts (batch_id, succeeded, discarded, canceled)
  select e.batch_id, count(*) filter (where e.outcome = 'succeeded'), count(*) filter (where e.outcome = 'discarded'),
         count(*) filter (where e.outcome = 'canceled')
  from unnest(p_ends) e group by e.batch_id;
  v_gathering := array(
    select b.id from (select distinct e.batch_id from unnest(p_ends) e where e.job_id is not null) given (id),
      lateral (select b.id from batches b where b.id = given.id and b.gathers limit 1) b);
  if v_gathering <> '{}' then
    insert into gathered_jobs (batch_id, job_id, outcome, result)
    select e.batch_id, e.job_id, e.outcome, e.result from unnest(p_ends) e where e.batch_id = any (v_gathering) and e.job_id is not null
    on conflict do nothing;
  end if;
end
$$;
