-- The concurrency key of a schedule whose jobs don't overlap, as store_jobs takes it: the first key of its job, whose jobs run in order, or
-- a further one, under which a job that waits for its retry lets the next one pass.
create or replace function one_at_a_time(s schedules) returns jsonb
language sql stable set search_path from current
as $$
  select case when s.job ? 'concurrency_key' or d.concurrency_limit is not null
    then jsonb_build_object('further_keys', coalesce(to_jsonb(d.further_keys), '[]') || to_jsonb('schedule:' || s.key),
                            'further_limits', coalesce(to_jsonb(d.further_limits), '[]') || to_jsonb(1))
    else jsonb_build_object('concurrency_key', 'schedule:' || s.key, 'concurrency_limit', 1, 'concurrency_order', 'enqueued') end
  from (select) one left join definitions d on d.name = s.name
$$;
