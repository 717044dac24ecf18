create or replace function remember_wake_up(p_set_for timestamptz, p_names text[]) returns void
language sql volatile set search_path from current
as $$
  insert into wake_ups as w (name, set_for) select unnest(p_names), coalesce(p_set_for, 'infinity')
  on conflict (name) do update set set_for = excluded.set_for
$$;
