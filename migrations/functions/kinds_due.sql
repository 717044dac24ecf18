-- Kinds of jobs that are due, or will be within a second, because the clocks of those who enqueue may be fast. Of the first
-- thousands of jobs, of those whose parents somebody has to look at, and of callbacks of batches that nobody has finished yet.
create or replace function kinds_due() returns job_kind[]
language sql volatile set search_path from current
set enable_seqscan = off set enable_bitmapscan = off
as $$
  select array(
    select (ready.name, ready.queue)::job_kind from first_ready(1000) ready
    union
    select (name, queue)::job_kind from (select j.name, j.queue from jobs j where j.state = 'suspect' order by j.suspect_group desc, j.id limit 1000) suspects
    union
    select (name, queue)::job_kind from (
      with recursive unkeyed as (
        (select j.name from jobs j where j.state = 'unkeyed' order by j.name limit 1)
        union all
        select next.name from unkeyed u, lateral (
          select j.name from jobs j where j.state = 'unkeyed' and j.name > u.name order by j.name limit 1) next
      )
      select u.name, first.queue from (select u.name from unkeyed u limit 1000) u, lateral (
        select j.queue from jobs j where j.state = 'unkeyed' and j.name = u.name order by j.priority, j.run_at, j.id limit 100) first) unkeyed
    union
    select (s.name, queue_of_schedule(s))::job_kind from (select s.* from schedules s where s.next_at <= now() + interval '1 second' order by s.next_at limit 1000) s
    union
    select (name, queue)::job_kind from (select j.name, j.queue from jobs j where j.state = 'scheduled' and j.run_at <= now() + interval '1 second'
                      order by j.run_at limit 1000) soon
    union
    select (j.name, j.queue)::job_kind from (select d.child_id from due_dependents d order by d.id limit 1000) d join jobs j on j.id = d.child_id
    union
    select (callback->>'name', coalesce(callback->>'queue', d.queue, 'default'))::job_kind
    from due_batches() b cross join jsonb_each(b.callbacks) each (event, callback) left join definitions d on d.name = callback->>'name'
    where callback ? 'name')
$$;
