create or replace function remember_wake_up(p_set_for timestamptz) returns void
language sql volatile set search_path from current
as $$
  update wake_up set set_for = coalesce(p_set_for, 'infinity')
$$;
