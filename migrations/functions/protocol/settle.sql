-- Settling: to write the outcome of executions. Only through the session that claimed, and only for the fence that
-- was claimed; a job that has moved on meanwhile is not touched. Returns the ids that were not settled.
-- Each outcome: id, fence, outcome (succeeded, discarded, retried, snoozed), charges_attempt (whether an attempt is charged),
-- duration_ms, ended_ms_ago, and as it needs: result; wait_ms (none: it keeps its place), cuts; error_class, error_message, error_stack.
create or replace function settle(p_drainer integer, p_backend integer, p_outcomes json) returns bigint[]
language plpgsql volatile set search_path from current
as $$
begin
  perform assert_session(p_backend);
  return settle_outcomes(p_drainer, p_outcomes);
end
$$;
