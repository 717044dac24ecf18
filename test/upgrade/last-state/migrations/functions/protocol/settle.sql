-- Settles executions of any outcome. Only through the session that claimed, and only at the fence that was claimed: a job
-- that has moved on meanwhile isn't touched.
--   p_drainer   the drainer
--   p_backend   the backend that its session began on
--   p_outcomes  a list of outcomes, see settle_outcomes
--   returns     the ids that were not settled, because they are no longer this drainer's
create or replace function settle(p_drainer integer, p_backend integer, p_outcomes json) returns bigint[]
language plpgsql volatile set search_path from current
as $$
begin
  perform assert_session(p_backend);
  return settle_outcomes(p_drainer, p_outcomes);
end
$$;
