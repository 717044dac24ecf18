-- Remembers for when the wake-up of idle mode was set, in the session of plan_wake_up. Each pool has a wake-up of its own. What hasn't
-- been set anew for so long that it must be a former pool's is forgotten.
--   p_set_for  null: there is nothing to wake up for; -infinity: it could not be set
--   p_names    the job names that the drainer performs
--   p_pool     the queues of these; null: all
create or replace function remember_wake_up(p_set_for timestamptz, p_names text[], p_pool pool default null) returns void
language plpgsql volatile set search_path from current
as $$
begin
  delete from wake_ups w where w.set_at < now() - interval '8 days';
  insert into wake_ups as w (name, pool, set_for) select unnest(p_names), coalesce(p_pool, (null, null, null)::pool), coalesce(p_set_for, 'infinity')
  on conflict (name, pool) do update set set_for = excluded.set_for, set_at = now();
end
$$;
