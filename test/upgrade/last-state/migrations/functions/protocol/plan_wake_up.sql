-- Begins to set the wake-up of idle mode, after close_drainer. Until this session ends no other gets in here, so of two that set
-- it, the one that looked later also sets later. What was set for names that this drainer doesn't know is kept: another version
-- of the same function may have set it.
--   p_backend  the backend that its session began on
--   p_names    the job names that it performs
--   p_pool     the queues of these; null: all
--   returns    when the next job is due (null: none is scheduled); no row while drainers are awake that know all of these names,
--              because they come here later and see more
create or replace function plan_wake_up(p_backend integer, p_names text[], p_pool pool default null) returns table (due_at timestamptz)
language plpgsql volatile set search_path from current
as $$
begin
  perform assert_session(p_backend);
  perform pg_advisory_lock(lock_space('wake-up'), 0);
  if unattended(kinds_of(p_names, p_pool)) <> '{}' then
    return query select nullif(least(next_due_at(p_names, p_pool), min(w.set_for)), 'infinity')
                 from wake_ups w where w.pool = coalesce(p_pool, (null, null, null)::pool) and w.name <> all (p_names) and w.set_for > now();
  end if;
end
$$;
