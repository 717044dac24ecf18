-- Saves a checkpoint of a running job: only through the session that claimed it, and only at the fence that was claimed.
--   p_backend   the backend that the drainer's session began on
--   p_job, p_fence, p_kind, p_name, p_value, p_sleep_ms, returns: see store_progress
create or replace function save_progress(p_backend integer, p_job bigint, p_fence integer, p_kind text, p_name text, p_value jsonb, p_sleep_ms bigint default null)
returns boolean
language plpgsql volatile set search_path from current
as $$
begin
  perform assert_session(p_backend);
  return store_progress(p_job, p_fence, p_kind, p_name, p_value, p_sleep_ms);
end
$$;
