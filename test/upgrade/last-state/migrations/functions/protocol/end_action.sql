-- Records how an action has ended. What has ended stays as it is.
--   p_id       the action
--   p_outcome  done or failed
--   p_matched  how many jobs this call was about; null: it wasn't about a set of jobs
--   p_changed  how many it has changed
--   p_detail   what else there is to know
create or replace function end_action(p_id bigint, p_outcome text, p_matched bigint default null, p_changed bigint default null, p_detail jsonb default null) returns void
language sql volatile security definer set search_path from current
as $$
  update audit_log a set outcome = p_outcome, ended_at = clock_timestamp(), detail = p_detail,
    matched = coalesce(a.matched + p_matched, p_matched, a.matched), changed = coalesce(a.changed + p_changed, p_changed, a.changed)
  where a.id = p_id and a.outcome is null
$$;
