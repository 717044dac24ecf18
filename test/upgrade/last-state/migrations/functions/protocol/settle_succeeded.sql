-- Settles the usual outcome, success, from arrays: reading it from JSON would cost half as much as moving the row. Only through
-- the session that claimed, and only at the fence that was claimed.
--   p_drainer       the drainer
--   p_backend       the backend that its session began on
--   p_ids           the jobs
--   p_fences        place n: the fence at which the job of place n was claimed
--   p_durations_ms  place n: how long its execution took
--   p_results       place n: what it returned. Null: none of them returned anything
--   returns         the ids that were not settled, because they are no longer this drainer's
create or replace function settle_succeeded(p_drainer integer, p_backend integer, p_ids bigint[], p_fences integer[], p_durations_ms integer[],
  p_results jsonb[] default null)
returns bigint[]
language plpgsql volatile set search_path from current
as $$
declare
  v_finished bigint[];
  v_concerned bigint[];
  v_ends batch_end[];
  v_parents parent_end[];
  v_lost bigint[] := '{}';
begin
  perform assert_session(p_backend);
  select f.finished, f.concerned, f.ends, f.parents into v_finished, v_concerned, v_ends, v_parents from finish_jobs(p_drainer, p_ids, p_fences, p_durations_ms,
    p_results => p_results) f;
  if coalesce(cardinality(v_finished), 0) < cardinality(p_ids) then
    v_lost := array(select unnest(p_ids) except select unnest(v_finished));
  end if;
  if v_concerned is not null or v_ends is not null or v_parents is not null or v_lost <> '{}' then
    perform after_settle(p_drainer, v_concerned, null, v_lost, v_ends, v_parents);
  end if;
  return v_lost;
end
$$;
