-- Begins to set the wake-up, after close_drainer: answers when the next job is due (null: none waits), or with no row
-- while another drainer is awake, because that one comes here later and sees more. Till this session ends no other gets in here, so
-- of two that set it, the one that looked later also sets later.
create or replace function plan_wake_up(p_backend integer, p_names text[]) returns table (due_at timestamptz)
language plpgsql volatile set search_path from current
as $$
begin
  perform assert_session(p_backend);
  perform pg_advisory_lock(lock_space('wake-up'), 0);
  if count_awake() = 0 then
    return query select next_due_at(p_names);
  end if;
end
$$;
