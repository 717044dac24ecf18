-- Refuses to change a waiting job for somebody who is limited to some queues, if it is in none of these: a unique key is one of a name,
-- whatever the queue. The rows of the waiting jobs are locked.
--   p_new, p_there  place n: a new job, and the waiting job that has its key
create or replace function assert_queues_of(p_jobs new_job[], p_new bigint[], p_there bigint[]) returns void
language plpgsql stable set search_path from current
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_key text;
begin
  select n.waiting_key into v_key
  from unnest(p_jobs) n join unnest(p_new, p_there) there (new_id, job_id) on there.new_id = n.id join jobs j on j.id = there.job_id
  where n.unique_rule->>'on_conflict' in ('replace', 'reschedule') and not n.unique_rule->'only_queues' ? j.queue limit 1;
  if found then
    raise exception using errcode = 'SL013',
      message = format('The job with the unique key "%s" waits in another queue: the caller is limited to some, and may not change it', v_key);
  end if;
end
$$;
