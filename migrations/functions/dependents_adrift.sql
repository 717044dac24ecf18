-- Waiting jobs that nobody will look at again: at any moment, such a job has an unfinished parent that tells its end, or a failed one that may be
-- retried, or there is a note of it. Only rows that somebody deletes by hand make a difference.
create or replace function dependents_adrift() returns setof bigint
language sql stable set search_path from current
as $$
  select j.id from jobs j
  where j.state = 'waiting' and j.id not in (
      select n.child_id from due_dependents n where n.child_id is not null
      union all
      select d.child_id from due_dependents n cross join lateral edges_after(n.parent_id) d where n.parent_id is not null)
    and (exists (select from dependencies d where d.child_id = j.id and d.outcome in ('discarded', 'canceled') and d.on_failure = 'fail')
         or not exists (
           select from dependencies d left join jobs p on p.id = d.parent_id
           where d.child_id = j.id and (d.outcome is null and p.has_dependents
             or p.id is null and (d.outcome = 'awaited' or d.outcome in ('discarded', 'canceled') and d.on_failure = 'wait'))))
$$;
