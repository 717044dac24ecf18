-- Remembers for when the wake-up of idle mode was set, in the session of plan_wake_up.
--   p_set_for  null: there is nothing to wake up for; -infinity: it could not be set
--   p_names    the job names that the drainer performs
create or replace function remember_wake_up(p_set_for timestamptz, p_names text[]) returns void
language sql volatile set search_path from current
as $$
  insert into wake_ups as w (name, set_for) select unnest(p_names), coalesce(p_set_for, 'infinity')
  on conflict (name) do update set set_for = excluded.set_for
$$;
